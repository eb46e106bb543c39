using System.Data.Common;
using System.Globalization;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Timers;

/// <summary>
/// Takes due messages out of the timers and puts them into the outbox of this process, in one transaction: fired once, by whichever process comes first, or cancelled, never both. Sleeps until
/// the next is due; what another process sets is seen at the next look, a second later at most, and fired by its own process before, if that lives.
/// </summary>
internal sealed partial class TimerDispatcher<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A timer of the machine cannot be set for years.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    // Due ones that cannot be taken are locked by others, who fire or cancel them.
    private static readonly TimeSpan WhileOthersHoldThem = TimeSpan.FromMilliseconds(20);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly ITimer _alarm;
    private readonly Lock _lock = new();
    private long _next = long.MaxValue;
    private long _committed = long.MaxValue;
    private int _limit;

    public TimerDispatcher(OutboxEngine<TDbContext> engine)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        _engine = engine;
        _limit = engine.Options.QueryMessageLimit;
        _alarm = engine.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        engine.Relay.TimerCommitted += Committed;
    }

    /// <summary>One look: fires a block of what is due.</summary>
    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not { } next)
            return false;
        var now = Now;
        if (next > now)
        {
            _alarm.Change(TimeSpan.FromMilliseconds(Math.Min(next - now, Longest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            return false;
        }

        if (await TryFireAsync(now, cancellationToken) > 0)
            return true;
        _alarm.Change(WhileOthersHoldThem, Timeout.InfiniteTimeSpan);
        return false;
    }

    private long Now => _engine.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public new async ValueTask DisposeAsync()
    {
        _engine.Relay.TimerCommitted -= Committed;
        await base.DisposeAsync();
        await _alarm.DisposeAsync();
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private void Committed(long due)
    {
        bool isNext;
        lock (_lock)
        {
            isNext = due < _next;
            _committed = Math.Min(_committed, due);
        }

        if (isNext)
            Wake();
    }

    // What is committed while the table is read may be in the answer or not.
    private async Task<long?> NextAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            _committed = long.MaxValue;
        await using var session = await _engine.OpenAsync(cancellationToken);
        var read = await session.ScalarAsync(_engine.Dialect.Statements.TimerNext, cancellationToken) is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : long.MaxValue;
        lock (_lock)
            _next = Math.Min(read, _committed);
        return _next == long.MaxValue ? null : _next;
    }

    // A block may be too much for the database at once: fewer pass.
    private async Task<int> TryFireAsync(long now, CancellationToken cancellationToken)
    {
        try
        {
            var fired = await FireAsync(now, cancellationToken);
            _limit = Math.Min(_limit * 2, _engine.Options.QueryMessageLimit);
            return fired;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // One that cannot be put into the outbox even alone must not stop those behind it.
            if (_limit == 1 && !_engine.Database.IsUnavailable(exception))
                await ParkAsync(now, exception, cancellationToken);
            _limit = Math.Max(1, _limit / 8);
            throw;
        }
    }

    private async Task ParkAsync(long now, Exception reason, CancellationToken cancellationToken)
    {
        using var turn = await _engine.Gate.EnterAsync(cancellationToken);
        await using var session = await _engine.OpenAsync(cancellationToken);
        await session.ExecuteAsync(_engine.Dialect.Statements.TimerPark, cancellationToken, now, reason.ToString());
        BusMetrics.OutboxParked.Add(1);
        LogParked(_engine.Log, reason);
    }

    private async Task<int> FireAsync(long now, CancellationToken cancellationToken)
    {
        await _engine.Owner.RegisterAsync(cancellationToken);
        List<OutboxRecord> records = [];
        try
        {
            using (await _engine.Gate.EnterAsync(cancellationToken))
                await MoveAsync(now, records, cancellationToken);
        }
        catch
        {
            _engine.Relay.Forget(records);
            throw;
        }

        _engine.Relay.Enqueue(records);
        BusMetrics.TimersFired.Add(records.Count);
        return records.Count;
    }

    private async Task MoveAsync(long now, List<OutboxRecord> records, CancellationToken cancellationToken)
    {
        await using var session = await _engine.OpenAsync(cancellationToken);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.BeforeTimerTake);
        var due = await session.QueryAsync(_engine.Dialect.Statements.TimerTake, transaction, Read, cancellationToken, now, (long)_limit);
        FaultPoint.Reach(FaultPoints.AfterTimerTake);
        if (due.Count == 0)
            return;
        records.AddRange(due.OrderBy(row => row.Due).Select(row => row.Record));
        _engine.Owner.Assign(records);
        _engine.Relay.Expect(records);
        await using (var batch = session.Batch(transaction))
        {
            _engine.Dialect.AddWrite(batch, [], records);
            await batch.ExecuteAsync(cancellationToken);
        }

        FaultPoint.Reach(FaultPoints.BeforeTimerCommit);
        await transaction.CommitAsync(CancellationToken.None);
        FaultPoint.Reach(FaultPoints.AfterTimerCommit);
        foreach (var row in due)
            BusMetrics.TimerLateness.Record(Math.Max(0, now - row.Due) / 1000d);
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

    [LoggerMessage(70, LogLevel.Warning, "Due timers could not be fired yet; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
