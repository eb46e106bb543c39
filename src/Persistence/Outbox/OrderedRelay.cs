using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Persistence.Databases;
using Bus.Persistence.Leases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Sends the messages whose order is promised. One process at a time does, under a lease: keys run side by side, the messages of a key one by one, each after
/// the confirm of the one before. A message that fails holds its key until it succeeds or is released; other keys go on.
/// </summary>
internal sealed partial class OrderedRelay<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;
    private readonly OutboxLook<TDbContext> _look;
    private readonly LeaderLease<TDbContext> _lease;

    public OrderedRelay(OutboxEngine<TDbContext> engine, OutboxLook<TDbContext> look)
        : base(OutboxEngine<TDbContext>.Pace, engine.Options.QueryDelay)
    {
        (_engine, _look) = (engine, look);
        _lease = new LeaderLease<TDbContext>(engine, "ordered-outbox");
        _lease.Freed += Wake;
        look.HasOrdered += Wake;
        engine.Relay.OrderedCommitted += Wake;
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // The pulse would have woken it.
        if (!WasWoken && _look.IsTended && _lease.IsTended)
            return false;
        if (!await _lease.HoldAsync(cancellationToken))
            return false;

        List<OutboxRecord> block;
        await using (var session = await _engine.OpenAsync(cancellationToken))
            block = await ReadAsync(session, cancellationToken);

        // A paused holder must not send once its lease may be another's.
        using var inLease = new CancellationTokenSource(_lease.Remaining, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(inLease.Token, cancellationToken);
        var keys = block.GroupBy(record => record.OrderKey!);
        var sent = await Task.WhenAll(keys.Select(key => SendKeyAsync([.. key], either.Token)));
        return sent.Sum() > 0;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private async Task<int> SendKeyAsync(List<OutboxRecord> records, CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var record in records)
        {
            if (await TrySendAsync(record, cancellationToken) is { } error)
            {
                if (!TransportFailure.IsOutage(error) && !TransportFailure.IsDoubtful(error))
                    await ParkAsync(record, error, cancellationToken);
                break;
            }

            using var turn = await _engine.Gate.EnterAsync(cancellationToken);
            await using var session = await _engine.OpenAsync(cancellationToken);
            await session.ExecuteAsync(_engine.Dialect.Statements.OrderedDelete, cancellationToken, record.Position);
            sent++;
        }

        return sent;
    }

    private async Task<Exception?> TrySendAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        Exception? last = null;
        for (var attempt = 0; attempt < _engine.Options.MaxDeliveryAttempts; attempt++)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await _engine.Relay.SendAsync(record, cancellationToken);
                return null;
            }
            catch (Exception exception)
            {
                (last, record.Resent) = (exception, true);
                if (TransportFailure.IsOutage(exception) || TransportFailure.IsDoubtful(exception))
                    break;
            }
        }

        return last;
    }

    private async Task ParkAsync(OutboxRecord record, Exception error, CancellationToken cancellationToken)
    {
        using var turn = await _engine.Gate.EnterAsync(cancellationToken);
        await using var session = await _engine.OpenAsync(cancellationToken);
        await session.ExecuteAsync(_engine.Dialect.Statements.OrderedPark, cancellationToken, record.Position, error.ToString());
        BusMetrics.OutboxParked.Add(1);
        LogParked(_engine.Log, error, record.MessageId, record.OrderKey!);
    }

    private Task<List<OutboxRecord>> ReadAsync(StoreSession session, CancellationToken cancellationToken) =>
        session.QueryAsync(
            _engine.Dialect.Statements.OrderedRead,
            row =>
            {
                var text = row.GetString(4);
                return new OutboxRecord
                {
                    Position = row.GetInt64(0),
                    OrderKey = row.GetString(1),
                    MessageId = row.GetGuid(2),
                    Destination = new Uri(row.GetString(3)),
                    MetadataJson = text,
                    Metadata = MessageMetadata.Parse(text),
                    Body = row.GetFieldValue<byte[]>(5),

                    // A holder that died may have sent it: receivers look first.
                    Resent = true,
                };
            },
            cancellationToken, 0L, _engine.Options.QueryMessageLimit);

    [LoggerMessage(70, LogLevel.Warning, "Ordered outbox messages could not be sent; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(71, LogLevel.Error, "Ordered outbox message {MessageId} is parked, and its key {OrderKey} waits until it is released")]
    private static partial void LogParked(ILogger logger, Exception exception, Guid messageId, string orderKey);
}
