using Bus.Core.Faults;
using Bus.Core.SharedFile;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Running;

/// <content>One turn at the table.</content>
internal sealed partial class JobStation<TDbContext>
{
    private async Task<(JobTurnResult Result, Guid Owner)> TurnAsync(List<JobEnd> ends, JobWishes wishes, CancellationToken cancellationToken)
    {
        await _engine.Owner.RegisterAsync(cancellationToken);
        var turn = new JobTurn([.. ends.Select(end => end.Run)], wishes.Claims, wishes.Limited, _engine.Owner.Id, JobCounters.Node, wishes.Types);
        FaultPoint.Reach(FaultPoints.BeforeJobTurn);
        JobTurnResult result;
        if (ends.TrueForAll(end => end.IsBare))
        {
            using var door = await _engine.Gate.EnterAsync(cancellationToken);
            await using var session = await _engine.OpenToWriteAsync(cancellationToken);
            result = await _engine.Dialect.Jobs.TurnAsync(session.Connection, turn, CancellationToken.None);
            session.Keep();
        }
        else
        {
            result = await TurnWithRecordsAsync(ends, turn, cancellationToken);
        }

        FaultPoint.Reach(FaultPoints.AfterJobTurn);
        return (result, turn.Owner);
    }

    private async Task<JobTurnResult> TurnWithRecordsAsync(List<JobEnd> ends, JobTurn turn, CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxRecord> rows = [];
        IGuestTransaction? guest;
        JobTurnResult result;
        try
        {
            using var door = await _engine.Gate.EnterAsync(cancellationToken);
            await using var session = await _engine.OpenToWriteAsync(cancellationToken);
            await using var transaction = await session.Connection.BeginTransactionAsync(CancellationToken.None);
            var stands = await _engine.Dialect.Jobs.EndAsync(session.Connection, transaction, turn.Ended, turn.Node, CancellationToken.None);
            var written = ends.Where(end => stands.Written.Contains(end.Run.Id)).ToList();
            List<OutboxRecord> records = [.. written.SelectMany(end => end.Records)];
            rows = OutboxRecord.Rows(records);
            _engine.Owner.Assign(rows);
            _engine.Relay.Expect(rows);
            await using (var batch = session.Batch(transaction))
            {
                _engine.Dialect.AddWrite(batch, [], rows);
                _engine.Dialect.Jobs.AddLines(batch, [.. written.SelectMany(end => end.Lines)]);
                foreach (var run in written.Select(end => end.Run).Where(run => run.CallsBack))
                    _engine.Dialect.Jobs.AddCallback(batch, run.Id, run.Claim);
                foreach (var failed in written.Select(end => end.Run).Where(run => run.Failures > 0))
                    batch.AddRow(_engine.Dialect.Jobs.InsertRun, _engine.Dialect, failed.Id, failed.Claim, (int)JobRunOutcome.Failed, turn.Node, failed.StartedAt, failed.Error!);
                await batch.ExecuteAsync(CancellationToken.None);
            }

            await _dead.BuryAsync(session.Connection, transaction, turn.Ended.Where(run => run.State == JobStates.Dead && stands.Written.Contains(run.Id)).Select(run => run.Id), CancellationToken.None);
            guest = _engine.WriteToQueues(session.Connection, records);
            stands = await _engine.Dialect.Jobs.CountAsync(session.Connection, transaction, stands, CancellationToken.None);
            var claimed = await _engine.Dialect.Jobs.ClaimAsync(session.Connection, transaction, turn, CancellationToken.None);
            var limited = await _engine.Dialect.Jobs.ClaimLimitedAsync(session.Connection, transaction, turn, claimed, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            session.Keep();
            result = new JobTurnResult(stands, claimed, limited);
        }
        catch
        {
            _engine.Relay.Forget(rows);
            throw;
        }

        _engine.Relay.Enqueue(rows);
        _engine.TellCommitted(guest);
        return result;
    }
}
