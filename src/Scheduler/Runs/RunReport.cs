using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Runs;

/// <summary>Writes how runs ended. Thread-safe.</summary>
internal sealed partial class RunReport<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, ScheduleDispatcher<TDbContext> dispatcher)
    where TDbContext : DbContext
{
    private const int LongestNote = 2000;
    private const int MostTries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public ILogger Log => engine.Log;

    public async Task<bool> IsCancelRequestedAsync(ScheduledRun run, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await Of(scope.ServiceProvider.GetRequiredService<TDbContext>(), run).AnyAsync(row => row.CancelRequested, cancellationToken);
    }

    /// <summary>Never throws: the message is handled, whatever becomes of its note. A run without one counts as lost after its time-out.</summary>
    public async Task EndAsync(ScheduledRun run, OverlapPolicy overlap, RunOutcome outcome, TimeSpan duration, string? note)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryEndAsync(run, overlap, outcome, duration, note);
                return;
            }
            catch (Exception exception)
            {
                if (attempt == MostTries)
                {
                    LogNotNoted(Log, outcome, run.Schedule, run.PlannedAt, exception);
                    return;
                }
            }

            await Task.Delay(Pause * attempt, OutboxEngine<TDbContext>.Pace, CancellationToken.None);
        }
    }

    private async Task TryEndAsync(ScheduledRun run, OverlapPolicy overlap, RunOutcome outcome, TimeSpan duration, string? note)
    {
        await using var outer = scopes.CreateAsyncScope();
        await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await WriteAsync(scope.ServiceProvider.GetRequiredService<TDbContext>(), run, overlap, outcome, duration, note);
        });
    }

    private async Task WriteAsync(TDbContext db, ScheduledRun run, OverlapPolicy overlap, RunOutcome outcome, TimeSpan duration, string? note)
    {
        var now = dispatcher.Now;
        if (note?.Length > LongestNote)
            note = note[..LongestNote];
        var (ended, took) = ((int)outcome, (long)duration.TotalMilliseconds);
        // Of several handlers of an event the last says when, and one that fails makes it a failure.
        var open = Of(db, run).Where(row => row.Outcome != (int)RunOutcome.Failed || ended == (int)RunOutcome.Failed);
        if (overlap == OverlapPolicy.Allow)
        {
            await SetAsync(open, ended, now, took, note);
            return;
        }

        // The schedule before the run, as whoever fires it locks them.
        await using var transaction = await db.Database.BeginTransactionAsync();
        var planned = run.PlannedAt.ToUnixTimeMilliseconds();
        await db.Set<ScheduleRow>().Where(row => row.Name == run.Schedule && row.ActiveRun == planned).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.ActiveRun, (long?)null)
            .SetProperty(row => row.ActiveSince, (long?)null)
            .SetProperty(row => row.DueAt, row => row.WaitingAt != null && row.DueAt != null ? row.WaitingAt : row.DueAt)
            .SetProperty(row => row.Version, row => row.Version + 1));
        await SetAsync(open, ended, now, took, note);
        await transaction.CommitAsync();
        if (overlap == OverlapPolicy.QueueOne)
            dispatcher.Committed(0);
    }

    private static Task<int> SetAsync(IQueryable<ScheduleRunRow> rows, int outcome, long now, long took, string? note) => rows.ExecuteUpdateAsync(set => set
        .SetProperty(row => row.Outcome, outcome)
        .SetProperty(row => row.EndedAt, now)
        .SetProperty(row => row.Duration, took)
        .SetProperty(row => row.Note, note));

    private static IQueryable<ScheduleRunRow> Of(TDbContext db, ScheduledRun run)
    {
        var (planned, kind) = (run.PlannedAt.ToUnixTimeMilliseconds(), (int)run.Kind);
        return db.Set<ScheduleRunRow>().Where(row => row.Schedule == run.Schedule && row.PlannedAt == planned && row.Kind == kind);
    }

    [LoggerMessage(93, LogLevel.Warning, "That the run of schedule {Schedule} for {PlannedAt} has {Outcome} could not be noted; it counts as lost after its time-out")]
    private static partial void LogNotNoted(ILogger logger, RunOutcome outcome, string schedule, DateTimeOffset plannedAt, Exception exception);
}
