using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Persistence.Databases;
using Bus.Persistence.Leases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Finds what no wake-up announced: own rows that memory had no room for or whose commit was uncertain, and the rows of processes that died. A dead owner's
/// rows are claimed as a whole, by taking over its lease; one process wins.
/// </summary>
internal sealed partial class OutboxSweeper<TDbContext>(OutboxEngine<TDbContext> engine, OutboxLook<TDbContext> look) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, engine.Options.QueryDelay)
    where TDbContext : DbContext
{
    private const string All = "[]";

    private readonly Guid _self = Guid.NewGuid();

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // The pulse would have woken it.
        if (!WasWoken && !engine.Relay.Spilled && look.IsTended)
            return false;
        await engine.Owner.RenewAsync(cancellationToken);
        await SweepOwnAsync(cancellationToken);
        await using var session = await engine.OpenAsync(cancellationToken);
        foreach (var name in await session.QueryAsync(engine.Dialect.Statements.OutboxOrphans, row => row.GetString(0), cancellationToken))
        {
            // Its own lease may have run out while this pass was slow; its rows are in hand.
            if (name != OutboxOwner<TDbContext>.Name(engine.Owner.Id))
                await TryTakeOverAsync(session, name, cancellationToken);
        }

        return engine.Relay.Spilled;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    /// <summary>Reads own rows that are not in hand, while there is room.</summary>
    private async Task SweepOwnAsync(CancellationToken cancellationToken)
    {
        var owner = engine.Owner.Id;
        var spilled = engine.Relay.Spilled;
        engine.Relay.Spilled = false;
        using var sweep = engine.Relay.BeginSweep();
        for (var after = 0L; ;)
        {
            if (!engine.Relay.HasRoom(engine.Options.MemoryLimit / 2))
            {
                // Come back when the relay has worked some off; deletes wake nobody, the interval does.
                engine.Relay.Spilled |= spilled;
                await Task.Delay(TimeSpan.FromMilliseconds(50), OutboxEngine<TDbContext>.Pace, cancellationToken);
                return;
            }

            List<OutboxRecord> block;
            await using (var session = await engine.OpenAsync(cancellationToken))
                block = await ReadAsync(session, owner, after, engine.Relay.Filled, cancellationToken);
            foreach (var record in block)
            {
                after = record.Sequence;
                if (engine.Relay.Claim(record))
                    engine.Relay.Push(record);
            }

            if (block.Count < engine.Options.QueryMessageLimit)
                return;
        }
    }

    private async Task TryTakeOverAsync(StoreSession session, string name, CancellationToken cancellationToken)
    {
        try
        {
            await TakeOverAsync(session, name, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The next owner's messages are no worse for it. This one is tried again when the lease that was taken on it has run out.
            LogNotTakenOver(engine.Log, exception, name);
        }
    }

    private async Task TakeOverAsync(StoreSession session, string name, CancellationToken cancellationToken)
    {
        FaultPoint.Reach(FaultPoints.BeforeRelayClaim);
        var owner = Guid.Parse(name[StoreDialect.OwnerPrefix.Length..]);
        if (await LeaseStore.AcquireAsync(session, name, _self, Environment.MachineName, engine.Options.OwnerLease, cancellationToken) is not { } term)
            return;

        FaultPoint.Reach(FaultPoints.AfterRelayClaim);
        var sent = 0;
        await using var reading = await engine.OpenAsync(cancellationToken);
        var block = await ReadAsync(reading, owner, 0, All, cancellationToken);
        while (block.Count > 0)
        {
            // The next block is read while this one is on the wire.
            var sending = SendBlockAsync(session, block, cancellationToken);
            var next = ReadAsync(reading, owner, block[^1].Sequence, All, cancellationToken);
            await Task.WhenAll(sending, next);
            sent += await sending;
            await engine.Owner.RenewAsync(cancellationToken);
            if (!await LeaseStore.RenewAsync(session, name, _self, term, engine.Options.OwnerLease, cancellationToken))
                return; // Taken over in turn: the other goes on, receivers know the ids.
            block = await next;
            if (block.Count == 0)
                block = await ReadAsync(reading, owner, 0, All, cancellationToken); // What an outage kept from leaving.
        }

        await LeaseStore.ReleaseAsync(session, name, _self, term, cancellationToken);
        BusMetrics.OutboxTakenOver.Add(sent);
        LogTakenOver(engine.Log, sent, owner);
    }

    private async Task<int> SendBlockAsync(StoreSession session, List<OutboxRecord> block, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(engine.Options.OwnerLease * 0.6, OutboxEngine<TDbContext>.Pace);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var outcomes = await Task.WhenAll(block.Select(async record => (Record: record, Error: await TrySendAsync(record, either.Token))));
        var confirmed = outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Record.Sequence).ToArray();
        var refused = outcomes.Where(outcome => outcome.Error is { } error && !TransportFailure.IsOutage(error) && (confirmed.Length > 0 || !TransportFailure.IsDoubtful(error))).ToList();
        if (confirmed.Length + refused.Count == 0)
            throw new OutboxException($"The broker confirmed none of {block.Count} messages of a process that died; the rows wait.", outcomes[0].Error!);

        using var turn = await engine.Gate.EnterAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.BeforeRelayDelete);
        await using var batch = session.Batch();
        engine.Dialect.AddDelete(batch, block[0].Owner, confirmed);
        await batch.ExecuteAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterRelayDelete);
        foreach (var (record, error) in refused)
        {
            await session.ExecuteAsync(engine.Dialect.Statements.OutboxPark, cancellationToken, record.Owner, record.Sequence, error!.ToString());
            BusMetrics.OutboxParked.Add(1);
        }

        return confirmed.Length;
    }

    private async Task<Exception?> TrySendAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        record.Resent = true;
        Exception? last = null;
        for (var attempt = 1; attempt <= engine.Options.MaxDeliveryAttempts; attempt++)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await engine.Relay.SendAsync(record, cancellationToken);
                return null;
            }
            catch (Exception exception)
            {
                last = exception;

                // The block's time is up, for instance after a pause of the process: that says nothing about the message. It is neither sent nor refused, its row stays.
                if (cancellationToken.IsCancellationRequested)
                    return new OperationCanceledException("The time for the block has run out.", exception, cancellationToken);
            }
        }

        return last;
    }

    private Task<List<OutboxRecord>> ReadAsync(StoreSession session, Guid owner, long after, string except, CancellationToken cancellationToken) =>
        session.QueryAsync(
            engine.Dialect.Statements.OutboxRead,
            row =>
            {
                var text = row.GetString(3);
                return new OutboxRecord
                {
                    Owner = owner,
                    Sequence = row.GetInt64(0),
                    MessageId = row.GetGuid(1),
                    Destination = new Uri(row.GetString(2)),
                    MetadataJson = text,
                    Metadata = MessageMetadata.Parse(text),
                    Body = row.GetFieldValue<byte[]>(4),
                };
            },
            cancellationToken, owner, after, engine.Options.QueryMessageLimit, except);

    [LoggerMessage(50, LogLevel.Warning, "The outbox could not be swept; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(52, LogLevel.Warning, "What the dead process with the lease {Lease} had left could not be sent yet; others are not held up by it")]
    private static partial void LogNotTakenOver(ILogger logger, Exception exception, string lease);

    [LoggerMessage(51, LogLevel.Information, "Sent {Count} messages that the dead process with outbox lease {Owner} had left")]
    private static partial void LogTakenOver(ILogger logger, int count, Guid owner);
}
