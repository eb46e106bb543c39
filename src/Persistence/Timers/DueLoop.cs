using System.Data.Common;
using Bus.Core.Loops;
using Bus.Persistence.Databases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Timers;

/// <summary>
/// The base of what fires rows when they are due: sleeps until the next is, is woken by an earlier one that this process commits, and sees what others commit within a second. What is due is judged by the
/// database's clock, which all processes share. The loops of a process look together: what one reads after a second of rest it reads for all, and tells them.
/// </summary>
internal abstract partial class DueLoop<TDbContext> : BackgroundLoop, IAsyncDisposable
    where TDbContext : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A timer of the machine cannot be set for years.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    // Due ones that cannot be taken are locked by others, who fire or cancel them.
    private static readonly TimeSpan WhileOthersHoldThem = TimeSpan.FromMilliseconds(20);

    private readonly ITimer _alarm;
    private readonly Lock _lock = new();
    private TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next = long.MaxValue;
    private long _committed = long.MaxValue;
    private int _limit;
    private long _ahead;
    private volatile bool _hasLooked;
    private long _readAt;
    private Seen? _told;

    protected DueLoop(OutboxEngine<TDbContext> engine)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        Engine = engine;
        _limit = engine.Options.QueryMessageLimit;
        _alarm = engine.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    protected OutboxEngine<TDbContext> Engine { get; }

    /// <summary>→ when the next is due and the database's time, in Unix milliseconds; the first null when there is none.</summary>
    protected abstract string NextStatement { get; }

    /// <summary>The values of its parameters. One loop of a process may have any.</summary>
    protected virtual object[] NextValues => [];

    /// <summary>Called at each look, when the time is known.</summary>
    /// <returns>True when it may have changed what is next.</returns>
    protected virtual Task<bool> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Fires at most <paramref name="limit"/> of those that are due by <paramref name="now"/>, the oldest first.</summary>
    /// <returns>How many.</returns>
    protected abstract Task<int> FireAsync(long now, int limit, CancellationToken cancellationToken);

    /// <summary>Sets the one aside that could not be fired even alone, if one was: it must not stop those behind it.</summary>
    protected abstract Task ParkAsync(long now, Exception reason, CancellationToken cancellationToken);

    /// <summary>The time by which things are due, in Unix milliseconds: the database's as it was known at the last look, or that of a clock that was handed in.</summary>
    public long Now => OwnTime + Interlocked.Read(ref _ahead);

    /// <summary>That time, asked for now.</summary>
    public async Task<long> NowAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Now;

    private long OwnTime => Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One look: fires a block of what is due.</summary>
    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var more = await LookAsync(cancellationToken);
            _hasLooked = true;
            return more;
        }
        finally
        {
            Interlocked.Exchange(ref _passed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    /// <summary>Says that one which is due then was committed by this process.</summary>
    public void Committed(long due)
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

    /// <summary>Returns when it has looked once at least and none is due any more by the service's clock; at once where this process fires none.</summary>
    public async Task WhenNoneIsDueAsync(CancellationToken cancellationToken)
    {
        while (Engine is { Started: true, Options.DeliveryService: true } && !Stopping.IsCancellationRequested)
        {
            var passed = Volatile.Read(ref _passed).Task;
            var (next, now) = await ReadAsync(cancellationToken);
            if (_hasLooked && next > now)
                return;
            Wake();
            await passed.WaitAsync(cancellationToken);
        }
    }

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _alarm.DisposeAsync();
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(Engine.Log, exception, retryIn);

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var (next, now) = await SeeAsync(cancellationToken);
        if (await PrepareAsync(cancellationToken))
            (next, now) = await ReadAsync(cancellationToken);
        lock (_lock)
            next = _next = Math.Min(next, _committed);
        if (next <= now && await TryFireAsync(now, cancellationToken) is null or > 0)
            return true;

        _alarm.Change(next <= now ? WhileOthersHoldThem : TimeSpan.FromMilliseconds(Math.Min(next - now, Longest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        return false;
    }

    private async Task<(long Next, long Now)> SeeAsync(CancellationToken cancellationToken)
    {
        // Nobody has asked for this pass but the clock: what another has read meanwhile will do.
        if (!WasWoken && Interlocked.Exchange(ref _told, null) is { } told && told.At > _readAt && OutboxEngine<TDbContext>.Pace.GetElapsedTime(told.At) < LookEvery)
            return (told.Next, Now);

        // What is committed while the table is read may be in the answer or not.
        lock (_lock)
            _committed = long.MaxValue;
        _readAt = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return WasWoken ? await ReadAsync(cancellationToken) : await ReadForAllAsync(cancellationToken);
    }

    private async Task<(long Next, long Now)> ReadForAllAsync(CancellationToken cancellationToken)
    {
        var loops = Engine.DueLoops;
        var at = _readAt;
        var sql = string.Join(" UNION ALL ", loops.Select((loop, number) => $"SELECT {number}, {loop.NextStatement["SELECT ".Length..]}"));
        List<(int Loop, long Next, long Time)> seen;
        await using (var session = await Engine.OpenAsync(cancellationToken))
            seen = await session.QueryAsync(sql, row => (row.GetInt32(0), row.IsDBNull(1) ? long.MaxValue : row.GetInt64(1), row.GetInt64(2)), cancellationToken, loops.Select(loop => loop.NextValues).SingleOrDefault(values => values.Length > 0) ?? []);
        var own = long.MaxValue;
        foreach (var (number, next, time) in seen)
        {
            loops[number].Know(time);
            if (loops[number] == this)
                own = next;
            else
                loops[number].Tell(new Seen(next, at));
        }

        return (own, Now);
    }

    private void Tell(Seen seen)
    {
        bool isEarlier;
        lock (_lock)
            isEarlier = seen.Next < _next;
        if (isEarlier)
            Wake();
        else
            Volatile.Write(ref _told, seen);
    }

    // A clock that was handed in, as a test does, is the one that counts.
    private void Know(long databaseTime) => Interlocked.Exchange(ref _ahead, ReferenceEquals(Engine.Time, TimeProvider.System) ? databaseTime - OwnTime : 0);

    private async Task<(long Next, long Now)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var session = await Engine.OpenAsync(cancellationToken);
        var (next, databaseTime) = (await session.QueryAsync(NextStatement, Read, cancellationToken, NextValues))[0];
        Know(databaseTime);
        return (next, Now);

        static (long, long) Read(DbDataReader row) => (row.IsDBNull(0) ? long.MaxValue : row.GetInt64(0), row.GetInt64(1));
    }

    /// <returns>How many were fired; null when fewer are to be tried at once.</returns>
    private async Task<int?> TryFireAsync(long now, CancellationToken cancellationToken)
    {
        try
        {
            await Engine.Owner.RegisterAsync(cancellationToken);
            var fired = await FireAsync(now, _limit, cancellationToken);
            _limit = Math.Min(_limit * 2, Engine.Options.QueryMessageLimit);
            return fired;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !Engine.Database.IsUnavailable(exception))
        {
            if (_limit == 1)
            {
                await ParkAsync(now, exception, cancellationToken);
                throw;
            }

            // It may be too many for the database, or one of them is damaged: fewer pass.
            _limit = Math.Max(1, _limit / 8);
            LogTooMany(Engine.Log, exception, _limit);
            return null;
        }
    }

    /// <param name="Next">When the next is due.</param>
    /// <param name="At">When the one who tells began to read.</param>
    private sealed record Seen(long Next, long At);

    [LoggerMessage(70, LogLevel.Warning, "What is due could not be fired yet; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(72, LogLevel.Warning, "What is due could not be fired together; next try with {Count} at once")]
    private static partial void LogTooMany(ILogger logger, Exception exception, int count);
}
