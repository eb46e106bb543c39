using System.Collections.Immutable;
using System.Text.Json;
using Bus.Core.Faults;
using Bus.Core.Telemetry;
using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Persistence.Timers;
using Bus.Scheduler.Declaring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Firing;

/// <summary>
/// Fires schedules: takes those that are due, and in one transaction writes their messages into the outbox, notes the runs, and sets them to their next instant. Any process may, and none needs to lead: the row
/// is locked while it is dealt with, and a run that is noted already refuses a second one.
/// </summary>
internal sealed partial class ScheduleDispatcher<TDbContext>(
    OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, SchedulesOptions options, ServedSchedules served, ScheduleReconciler<TDbContext> reconciler) : DueLoop<TDbContext>(engine)
    where TDbContext : DbContext
{
    private static readonly long AgainAfterError = (long)TimeSpan.FromSeconds(5).TotalMilliseconds;

    private readonly RunSender _sender = new(options);
    private readonly HistoryTrim _trim = new(options.History);

    // Those that this process cannot fire, and until when it leaves them to others, by the time by which things are due.
    private volatile ImmutableDictionary<string, long> _left = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    public override string NextStatement => Engine.Dialect.Statements.ScheduleNext;

    public override object[] NextValues => [LeftOut()];

    protected override Task<bool> PrepareAsync(CancellationToken cancellationToken) => reconciler.ReconcileOnceAsync(Now, cancellationToken);

    private string LeftOut()
    {
        var now = Now;
        return _left.IsEmpty ? "[]" : JsonSerializer.Serialize(_left.Where(pair => pair.Value > now).Select(pair => pair.Key));
    }

    protected override async Task<int> FireAsync(long now, int limit, CancellationToken cancellationToken)
    {
        await using var outer = scopes.CreateAsyncScope();
        // A scope for each try: what the last one handed to its outbox must not leave.
        return await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            return await FireAsync(scope.ServiceProvider, now, limit, cancellationToken);
        });
    }

    protected override async Task ParkAsync(long now, Exception reason, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
        var left = _left.Keys.ToList();
        var name = await db.Set<ScheduleRow>().Where(row => row.DueAt <= now && !left.Contains(row.Name)).OrderBy(row => row.DueAt).ThenBy(row => row.Name).Select(row => row.Name).FirstOrDefaultAsync(cancellationToken);
        await db.Set<ScheduleRow>().Where(row => row.Name == name && row.DueAt <= now).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.DueAt, now + AgainAfterError).SetProperty(row => row.Error, $"{reason.GetType().Name}, see the log.").SetProperty(row => row.Version, row => row.Version + 1), cancellationToken);
        LogNotFired(Engine.Log, name ?? "", reason);
    }

    private async Task<int> FireAsync(IServiceProvider scope, long now, int limit, CancellationToken cancellationToken)
    {
        var db = scope.GetRequiredService<TDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.BeforeScheduleTake);
        var due = await db.Set<ScheduleRow>().FromSqlRaw(Engine.Dialect.Statements.ScheduleTake, Engine.Dialect.Parameters(now, (long)limit, LeftOut())).AsTracking().ToListAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterScheduleTake);
        if (due.Count == 0)
            return 0;
        List<(RunOutcome Outcome, long Late)> dealt = [];
        foreach (var schedule in due)
            await FireAsync(scope, db, schedule, now, dealt, cancellationToken);

        await db.SaveChangesAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.BeforeScheduleCommit);
        await transaction.CommitAsync(CancellationToken.None);
        FaultPoint.Reach(FaultPoints.AfterScheduleCommit);
        foreach (var (outcome, late) in dealt)
        {
            BusMetrics.ScheduleRuns.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
            if (outcome == RunOutcome.Fired)
                BusMetrics.ScheduleLateness.Record(Math.Max(0, late) / 1000d);
        }

        return due.Count;
    }

    private async Task FireAsync(IServiceProvider scope, TDbContext db, ScheduleRow schedule, long now, List<(RunOutcome Outcome, long Late)> dealt, CancellationToken cancellationToken)
    {
        schedule.Version++;
        try
        {
            var known = served.Of(schedule);
            var message = _sender.Read(schedule);
            var plan = known.Planner.Plan(new ScheduleFacts(schedule.LastAt, schedule.Runs, schedule.ActiveRun, schedule.ActiveSince, schedule.WaitingAt), now);
            foreach (var run in plan.Dealt)
            {
                var row = new ScheduleRunRow { Schedule = schedule.Name, PlannedAt = run.PlannedAt, Outcome = (int)run.Outcome, FiredAt = now, Note = run.Note };
                if (run.Outcome == RunOutcome.Fired)
                    row.MessageId = await RunSender.SendAsync(scope, schedule, known.Definition, message, run.PlannedAt, RunKind.Planned, cancellationToken);
                db.Add(row);
                dealt.Add((run.Outcome, now - run.PlannedAt - (long)known.Jitter.TotalMilliseconds));
            }

            await RunHistory.NoteAsync(db, schedule, plan, cancellationToken);
            if (_trim.IsDue(schedule.Name, plan.Dealt.Count))
                await RunHistory.TrimAsync(db, schedule, options.History, cancellationToken);
            Advance(schedule, plan);
            _left = _left.Remove(schedule.Name);
        }
        catch (ScheduleException exception)
        {
            // Another process may know better: the schedule stays due, this one leaves it alone for a while, and whoever looks at it sees why it waits.
            if (schedule.Error != exception.Message && (_left.ContainsKey(schedule.Name) || now - schedule.DueAt > AgainAfterError))
            {
                LogNotFired(Engine.Log, schedule.Name, exception);
                schedule.Error = exception.Message;
            }

            _left = _left.SetItem(schedule.Name, now + AgainAfterError);
        }
    }

    private static void Advance(ScheduleRow schedule, FiringPlan plan)
    {
        (schedule.LastAt, schedule.Runs, schedule.ActiveRun, schedule.ActiveSince, schedule.WaitingAt) =
            (plan.Facts.LastAt, plan.Facts.Runs, plan.Facts.ActiveRun, plan.Facts.ActiveSince, plan.Facts.WaitingAt);
        (schedule.NextAt, schedule.DueAt, schedule.Error) = (plan.NextAt, plan.DueAt, null);
        if (plan.DueAt is null)
            schedule.State = (int)ScheduleState.Finished;
    }

    [LoggerMessage(90, LogLevel.Error, "Schedule {Schedule} is due and cannot be fired; it is tried again, and its health is degraded until it can")]
    private static partial void LogNotFired(ILogger logger, string schedule, Exception reason);
}
