using System.Data.Common;
using Bus.Core.Loops;
using Bus.Persistence.Databases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Timers;

/// <summary>
/// The base of what fires rows when they are due: sleeps until the next is, is woken by an earlier one that this process commits, and told by the pulse of those that others commit, within a second. What is due is judged
/// by the database's clock, which all processes share.
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

    protected DueLoop(OutboxEngine<TDbContext> engine)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        Engine = engine;
        _limit = engine.Options.QueryMessageLimit;
        _alarm = engine.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    protected OutboxEngine<TDbContext> Engine { get; }

    /// <summary>→ when the next is due and the database's time, in Unix milliseconds; the first null when there is none.</summary>
    public abstract string NextStatement { get; }

    /// <summary>The values of its parameters. One loop of a process may have any.</summary>
    public virtual object[] NextValues => [];

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

    /// <summary>This machine's time in Unix milliseconds.</summary>
    public long OwnTime => Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();

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
        lock (_lock)
        {
            // Nobody has asked for this pass but the clock: the pulse would have told it.
            if (!WasWoken && Engine.Pulse.Tends(Engine.DueLook.Question))
                return (_next, Now);
            // What is committed while the table is read may be in the answer or not.
            _committed = long.MaxValue;
        }

        return await ReadAsync(cancellationToken);
    }

    /// <summary>Tells it what the pulse has seen: when the next is due, the database's time, and this machine's of the same moment.</summary>
    public void Tell(long next, long databaseTime, long ownTime)
    {
        Know(databaseTime, ownTime);
        bool isEarlier;
        lock (_lock)
            isEarlier = next < _next;
        if (isEarlier || next <= Now)
            Wake();
    }

    // A clock that was handed in, as a test does, is the one that counts.
    private void Know(long databaseTime, long ownTime) => Interlocked.Exchange(ref _ahead, ReferenceEquals(Engine.Time, TimeProvider.System) ? databaseTime - ownTime : 0);

    private async Task<(long Next, long Now)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var session = await Engine.OpenAsync(cancellationToken);
        var (next, databaseTime) = (await session.QueryAsync(NextStatement, Read, cancellationToken, NextValues))[0];
        Know(databaseTime, OwnTime);
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

    [LoggerMessage(70, LogLevel.Warning, "What is due could not be fired yet; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(72, LogLevel.Warning, "What is due could not be fired together; next try with {Count} at once")]
    private static partial void LogTooMany(ILogger logger, Exception exception, int count);
}
