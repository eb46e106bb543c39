using Bus.Scheduler.Declaring;
using Bus.Scheduler.Timing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bus.Scheduler.Hosting;

/// <summary>Degraded while a schedule cannot be fired, or its next instant lies two periods in the past: it then stands still, whatever the reason.</summary>
internal sealed class ScheduleHealthCheck<TDbContext>(ISchedules schedules, ScheduleReconciler<TDbContext> reconciler, TimeProvider time) : IHealthCheck
    where TDbContext : DbContext
{
    private const int MostNamed = 5;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CheckAsync(cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whether the process is fit without its database is not for schedules to say.
            return HealthCheckResult.Degraded($"The schedules could not be read: {error.GetType().Name}.", error);
        }
    }

    private async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var troubled = (await schedules.ListAsync(new ScheduleQuery { Troubled = true, State = ScheduleState.Active }, cancellationToken)).Where(schedule => schedule.Error is not null || IsOverdue(schedule, now)).ToList();
        var problems = reconciler.Problems.Concat(troubled.Select(Say)).ToList();
        return problems.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"{problems.Count} schedules do not fire as they should: {string.Join(" ", problems.Take(MostNamed))}");
    }

    private static bool IsOverdue(ScheduleSummary schedule, DateTimeOffset now)
    {
        if (schedule.NextAt is not { } next || schedule.DueAt is not { } due || due >= now)
            return false;
        List<string> problems = [];
        return !ScheduleTiming.TryRead(ScheduleCheck.TimingOf(schedule.Definition), next, problems, out var timing)
            || timing.NextAfter(next) is not { } second || (now - due).Ticks / 2 > (second - next).Ticks;
    }

    private static string Say(ScheduleSummary schedule) => $"`{schedule.Name}` was due at {schedule.NextAt:O}{(schedule.Error is null ? "." : $": {schedule.Error}")}";
}
