using System.Data.Common;
using Bus.Core.Faults;
using Bus.Core.Telemetry;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Timers;

/// <summary>
/// Takes due messages out of the timers and puts them into the outbox of this process, in one transaction: fired once, by whichever process comes first, or cancelled, never both.
/// </summary>
internal sealed partial class TimerDispatcher<TDbContext>(OutboxEngine<TDbContext> engine) : DueLoop<TDbContext>(engine)
    where TDbContext : DbContext
{
    // What is not older than this is on time.
    private static readonly long Recent = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;

    private bool _isBehind;
    private bool _recentFails;

    protected override string NextStatement => Engine.Dialect.Statements.TimerNext;

    /// <summary>The oldest first; while it is behind every second block is of those that have just become due, so that they need not wait for a whole outage.</summary>
    protected override async Task<int> FireAsync(long now, int limit, CancellationToken cancellationToken)
    {
        var statements = Engine.Dialect.Statements;
        var wasBehind = _isBehind;
        _isBehind = false;
        // One alone that fails is the oldest, which is then set aside.
        if (wasBehind && !_recentFails && limit > 1)
        {
            _recentFails = true;
            var recent = await FireAsync(statements.TimerTakeRecent, [now, (long)limit, now - Recent], cancellationToken);
            _recentFails = false;
            if (recent > 0)
                return recent;
        }

        var fired = await FireAsync(statements.TimerTake, [now, (long)limit], cancellationToken);
        _isBehind = fired == limit;
        _recentFails &= _isBehind;
        return fired;
    }

    private async Task<int> FireAsync(string take, object[] values, CancellationToken cancellationToken)
    {
        List<OutboxRecord> records = [];
        try
        {
            using (await Engine.Gate.EnterAsync(cancellationToken))
                await MoveAsync(take, values, records, cancellationToken);
        }
        catch
        {
            Engine.Relay.Forget(records);
            throw;
        }

        Engine.Relay.Enqueue(records);
        BusMetrics.TimersFired.Add(records.Count);
        return records.Count;
    }

    protected override async Task ParkAsync(long now, Exception reason, CancellationToken cancellationToken)
    {
        using var turn = await Engine.Gate.EnterAsync(cancellationToken);
        await using var session = await Engine.OpenAsync(cancellationToken);
        await session.ExecuteAsync(Engine.Dialect.Statements.TimerPark, cancellationToken, now, reason.ToString());
        BusMetrics.OutboxParked.Add(1);
        LogParked(Engine.Log, reason);
    }

    private async Task MoveAsync(string take, object[] values, List<OutboxRecord> records, CancellationToken cancellationToken)
    {
        await using var session = await Engine.OpenAsync(cancellationToken);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.BeforeTimerTake);
        var due = await session.QueryAsync(take, transaction, Read, cancellationToken, values);
        FaultPoint.Reach(FaultPoints.AfterTimerTake);
        if (due.Count == 0)
            return;
        records.AddRange(due.OrderBy(row => row.Due).Select(row => row.Record));
        Engine.Owner.Assign(records);
        Engine.Relay.Expect(records);
        await using (var batch = session.Batch(transaction))
        {
            Engine.Dialect.AddWrite(batch, [], records);
            await batch.ExecuteAsync(cancellationToken);
        }

        FaultPoint.Reach(FaultPoints.BeforeTimerCommit);
        await transaction.CommitAsync(CancellationToken.None);
        FaultPoint.Reach(FaultPoints.AfterTimerCommit);
        foreach (var row in due)
            BusMetrics.TimerLateness.Record(Math.Max(0, (long)values[0] - row.Due) / 1000d);
    }

    private static (long Due, OutboxRecord Record) Read(DbDataReader row)
    {
        var metadata = row.GetString(3);
        return (row.GetInt64(0), new OutboxRecord
        {
            MessageId = row.GetGuid(1),
            Destination = new Uri(row.GetString(2)),
            Metadata = MessageMetadata.Parse(metadata),
            MetadataJson = metadata,
            Body = row.GetFieldValue<byte[]>(4),
            OrderKey = row.IsDBNull(5) ? null : row.GetString(5),
        });
    }

    [LoggerMessage(71, LogLevel.Error, "A timer could not be put into the outbox and is parked; release it with the outbox administration once the cause is gone")]
    private static partial void LogParked(ILogger logger, Exception reason);
}
