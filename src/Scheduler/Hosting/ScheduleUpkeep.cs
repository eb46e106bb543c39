using Bus.Core.Loops;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Declaring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Hosting;

/// <summary>
/// What one process does for all: removes the runs of schedules that are there no more or have retired long ago. It leads by a lease that another takes over within 5 s when this process dies, and every
/// transaction of it renews the lease first, so that a leader that was paused and has been replaced writes nothing.
/// </summary>
internal sealed partial class ScheduleUpkeep<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan WorkEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Old = TimeSpan.FromDays(30);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly SchedulesOptions _options;
    private readonly LeaderLease<TDbContext> _lease;
    private long _worked;

    public ScheduleUpkeep(OutboxEngine<TDbContext> engine, SchedulesOptions options)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        (_engine, _options, _lease) = (engine, options, new LeaderLease<TDbContext>(engine, "schedules", Lease));
        _lease.Freed += Wake;
    }

    /// <summary>The fencing term while this process leads, else null.</summary>
    public long? Term => _lease.Term;

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var worksNow = _worked == 0 || OutboxEngine<TDbContext>.Pace.GetElapsedTime(_worked) >= WorkEvery;
        // The pulse keeps the lease, or says when it is free.
        if (!WasWoken && _lease.IsTended && (_lease.Term is null || !worksNow))
            return false;
        if (!await _lease.HoldAsync(cancellationToken) || !worksNow)
            return false;
        await WorkAsync(cancellationToken);
        _worked = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return false;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var old = (_engine.Time.GetUtcNow() - Old).ToUnixTimeMilliseconds();
        await _lease.WriteAsync(
            async db =>
            {
                var gone = db.Set<ScheduleRunRow>().Where(run => !db.Set<ScheduleRow>().Any(schedule => schedule.Name == run.Schedule && schedule.State != (int)ScheduleState.Retired));
                var removed = await gone.Where(run => run.FiredAt < old).ExecuteDeleteAsync(cancellationToken);
                if (removed > 0)
                    LogRemoved(_engine.Log, removed, _options.DeclaredBy);
            },
            cancellationToken);
    }

    [LoggerMessage(95, LogLevel.Warning, "The runs of old schedules could not be removed; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(96, LogLevel.Information, "Removed {Count} runs of schedules that are there no more ({Program})")]
    private static partial void LogRemoved(ILogger logger, int count, string program);
}
