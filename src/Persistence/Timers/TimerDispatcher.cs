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
    private const int BlocksInHand = 4;

    // What is not older than this is on time.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);

    private (Guid Token, long Due)? _lastRead;
    private bool _isBehind;
    private long _recentFailed;

    public override string NextStatement => Engine.Dialect.Statements.TimerNext;

    /// <summary>The oldest first; while it is behind every second block is of those that have just become due, so that they need not wait for all that an outage has left, here or in the relay.</summary>
    protected override async Task<int> FireAsync(long now, int limit, CancellationToken cancellationToken)
    {
        if (_isBehind)
        {
            if (await FireRecentAsync(now, limit, cancellationToken) is > 0 and var recent)
                return recent;
            if (Engine.Relay.IsDigesting(BlocksInHand * limit))
                return 0;
        }

        var fired = await FireAsync(Engine.Dialect.Statements.TimerTake, [now, (long)limit], cancellationToken);
        _isBehind = fired == limit;
        return fired;
    }

    // One alone that fails is the oldest, which is then set aside: here it would be another. After a failure it goes on with the oldest, and comes back in a while.
    private async Task<int> FireRecentAsync(long now, int limit, CancellationToken cancellationToken)
    {
        if (limit == 1 || (_recentFailed != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_recentFailed) < Recent))
            return 0;
        try
        {
            _recentFailed = 0;
            return await FireAsync(Engine.Dialect.Statements.TimerTakeRecent, [now, (long)limit, now - (long)Recent.TotalMilliseconds], cancellationToken);
        }
        catch
        {
            _recentFailed = OutboxEngine<TDbContext>.Pace.GetTimestamp();
            throw;
        }
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
        // The failure has nothing to do with a row where none was read, or where it passes by itself.
        if (_lastRead is not { } read || reason is DbException { IsTransient: true })
            return;
        using var turn = await Engine.Gate.EnterAsync(cancellationToken);
        await using var session = await Engine.OpenAsync(cancellationToken);
        if (await session.ExecuteAsync(Engine.Dialect.Statements.TimerPark, cancellationToken, read.Token, read.Due, reason.ToString()) == 0)
            return;
        BusMetrics.OutboxParked.Add(1);
        LogParked(Engine.Log, reason, read.Token);
    }

    private async Task MoveAsync(string take, object[] values, List<OutboxRecord> records, CancellationToken cancellationToken)
    {
        _lastRead = null;
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

    private (long Due, OutboxRecord Record) Read(DbDataReader row)
    {
        var due = row.GetInt64(0);
        // Before all that may be damaged.
        _lastRead = (row.GetGuid(6), due);
        var json = row.GetString(3);
        var metadata = MessageMetadata.Parse(json);
        if (metadata.LivesFor is { } time)
        {
            // Counted from when it is due, which may have been changed.
            metadata = metadata with { LivesFor = null, ExpiresAt = due + time };
            json = metadata.ToJson();
        }

        return (due, new OutboxRecord
        {
            MessageId = row.GetGuid(1),
            Destination = new Uri(row.GetString(2)),
            Metadata = metadata,
            MetadataJson = json,
            Body = row.GetFieldValue<byte[]>(4),
            OrderKey = row.IsDBNull(5) ? null : row.GetString(5),
        });
    }

    [LoggerMessage(71, LogLevel.Error, "Timer {Token} could not be put into the outbox and is parked; release it with the outbox administration once the cause is gone")]
    private static partial void LogParked(ILogger logger, Exception reason, Guid token);
}
