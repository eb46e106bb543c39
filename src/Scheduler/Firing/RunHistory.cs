using Bus.Persistence.Schedules;
using Microsoft.EntityFrameworkCore;

namespace Bus.Scheduler.Firing;

/// <summary>Keeps the runs of a schedule true and few.</summary>
internal sealed class RunHistory<TDbContext>(TDbContext db)
    where TDbContext : DbContext
{
    // Not at every run: what is over the limit by less does no harm.
    private const int Every = 20;

    /// <summary>Notes what a plan decided about earlier runs, and removes those that are over the limit.</summary>
    public async Task NoteAsync(ScheduleRow schedule, FiringPlan plan, int keep, CancellationToken cancellationToken)
    {
        if (plan.Lost is { } lost)
            await SetAsync(schedule.Name, lost, RunOutcome.Lost, cancel: false, "No end was reported within `RunTimeout`.", cancellationToken);
        foreach (var cancelled in plan.Cancelled)
        {
            // It may be one of this very plan, after an outage.
            if (db.Set<ScheduleRunRow>().Local.FirstOrDefault(run => run.Schedule == schedule.Name && run.PlannedAt == cancelled) is { } own)
                own.CancelRequested = true;
            else
                await SetAsync(schedule.Name, cancelled, RunOutcome.Fired, cancel: true, null, cancellationToken);
        }

        if (plan.Facts.Runs / Every != schedule.Runs / Every)
            await TrimAsync(schedule.Name, keep, cancellationToken);
    }

    private Task<int> SetAsync(string schedule, long plannedAt, RunOutcome outcome, bool cancel, string? note, CancellationToken cancellationToken) =>
        db.Set<ScheduleRunRow>().Where(run => run.Schedule == schedule && run.PlannedAt == plannedAt && run.Outcome == (int)RunOutcome.Fired).ExecuteUpdateAsync(
            set => set.SetProperty(run => run.Outcome, (int)outcome).SetProperty(run => run.CancelRequested, cancel).SetProperty(run => run.Note, note), cancellationToken);

    private async Task TrimAsync(string schedule, int keep, CancellationToken cancellationToken)
    {
        var runs = db.Set<ScheduleRunRow>().Where(run => run.Schedule == schedule);
        var oldest = await runs.OrderByDescending(run => run.PlannedAt).Skip(keep).Select(run => (long?)run.PlannedAt).FirstOrDefaultAsync(cancellationToken);
        if (oldest is not null)
            await runs.Where(run => run.PlannedAt <= oldest).ExecuteDeleteAsync(cancellationToken);
    }
}
