using Bus.Persistence.Schedules;
using Microsoft.EntityFrameworkCore;

namespace Bus.Scheduler.Firing;

/// <summary>Keeps the runs of a schedule true and few.</summary>
internal static class RunHistory
{
    /// <summary>Notes what a plan decided about earlier runs.</summary>
    public static async Task NoteAsync(DbContext db, ScheduleRow schedule, FiringPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Lost is { } lost)
            await OpenRun(db, schedule.Name, lost).ExecuteUpdateAsync(
                set => set.SetProperty(run => run.Outcome, (int)RunOutcome.Lost).SetProperty(run => run.Note, "No end was reported within `RunTimeout`."), cancellationToken);
        foreach (var cancelled in plan.Cancelled)
        {
            // It may be one of this very plan, after an outage.
            if (plan.Dealt.Any(run => run.PlannedAt == cancelled))
                db.Set<ScheduleRunRow>().Local.Single(run => run.Schedule == schedule.Name && run.PlannedAt == cancelled).CancelRequested = true;
            else
                await CancelAsync(db, schedule.Name, cancelled, cancellationToken);
        }
    }

    /// <summary>Asks the handler of a run to stop.</summary>
    public static Task<int> CancelAsync(DbContext db, string schedule, long plannedAt, CancellationToken cancellationToken) =>
        OpenRun(db, schedule, plannedAt).ExecuteUpdateAsync(set => set.SetProperty(run => run.CancelRequested, true), cancellationToken);

    /// <summary>Removes the runs that are over the limit, the oldest first, and notes from where on they are known.</summary>
    public static async Task TrimAsync(DbContext db, ScheduleRow schedule, int keep, CancellationToken cancellationToken)
    {
        var runs = db.Set<ScheduleRunRow>().Where(run => run.Schedule == schedule.Name);
        var oldest = await runs.OrderByDescending(run => run.PlannedAt).Skip(keep).Select(run => (long?)run.PlannedAt).FirstOrDefaultAsync(cancellationToken);
        if (oldest is null)
            return;
        await runs.Where(run => run.PlannedAt <= oldest).ExecuteDeleteAsync(cancellationToken);
        schedule.HistoryFrom = Math.Max(schedule.HistoryFrom, oldest.Value + 1);
    }

    private static IQueryable<ScheduleRunRow> OpenRun(DbContext db, string schedule, long plannedAt) =>
        db.Set<ScheduleRunRow>().Where(run => run.Schedule == schedule && run.PlannedAt == plannedAt && run.Outcome == (int)RunOutcome.Fired);
}
