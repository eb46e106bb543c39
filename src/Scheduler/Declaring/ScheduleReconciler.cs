using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Declaring;

/// <summary>
/// Brings the table to what the code declares, once in each process, in one transaction: makes what is new, changes what was declared otherwise, retires what is declared no more. Two processes that do so
/// at once are in conflict, and one tries again.
/// </summary>
internal sealed partial class ScheduleReconciler<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, SchedulesOptions options, ServedSchedules served)
    where TDbContext : DbContext
{
    private bool _done;

    public async Task ReconcileOnceAsync(CancellationToken cancellationToken)
    {
        if (_done)
            return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(() => ReconcileAsync(db, cancellationToken));
        _done = true;
    }

    private async Task ReconcileAsync(TDbContext db, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var known = await db.Set<ScheduleRow>().Where(row => row.DeclaredBy != null).AsTracking().ToDictionaryAsync(row => row.Name, StringComparer.Ordinal, cancellationToken);
        foreach (var declaration in options.Declarations)
        {
            if (known.Remove(declaration.Name, out var row))
                Change(row, declaration, now);
            else
                db.Add(Create(declaration, await IsTakenAsync(db, declaration.Name, cancellationToken), now));
        }

        foreach (var row in known.Values.Where(row => row.DeclaredBy == options.DeclaredBy && row.Revision <= options.Revision && row.State != (int)ScheduleState.Retired))
        {
            (row.State, row.DueAt, row.Version) = ((int)ScheduleState.Retired, null, row.Version + 1);
            LogRetired(engine.Log, row.Name);
        }

        // The zones of this machine may say otherwise than those that the next instants were computed with.
        foreach (var row in await db.Set<ScheduleRow>().Where(row => row.DueAt != null && row.NextAt != null).AsTracking().ToListAsync(cancellationToken))
            Recompute(row);

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> IsTakenAsync(TDbContext db, string name, CancellationToken cancellationToken) =>
        await db.Set<ScheduleRow>().AnyAsync(row => row.Name == name, cancellationToken);

    private ScheduleRow Create(ScheduleDeclaration declaration, bool isTaken, long now)
    {
        if (isTaken)
            throw new ScheduleException($"Schedule `{declaration.Name}` is declared in the code, but one of that name was made at run time. Delete that, or give the declared one another name.");
        var row = ScheduleRows.Create(declaration.Name, declaration.Definition, declaration.MessageType, declaration.Message, now);
        (row.DeclaredBy, row.Revision, row.Fingerprint) = (options.DeclaredBy, options.Revision, declaration.Fingerprint);
        LogDeclared(engine.Log, row.Name);
        return row;
    }

    private void Change(ScheduleRow row, ScheduleDeclaration declaration, long now)
    {
        var fingerprint = declaration.Fingerprint;
        var isRetired = row.State == (int)ScheduleState.Retired;
        if (row.Revision > options.Revision || (row.Fingerprint == fingerprint && !isRetired))
        {
            row.Revision = Math.Max(row.Revision, options.Revision);
            return;
        }

        row.State = isRetired ? (int)ScheduleState.Active : row.State;
        ScheduleRows.Edit(row, declaration.Definition, declaration.MessageType, declaration.Message, now);
        (row.DeclaredBy, row.Revision, row.Fingerprint) = (options.DeclaredBy, options.Revision, fingerprint);
        LogDeclared(engine.Log, row.Name);
    }

    private void Recompute(ScheduleRow row)
    {
        try
        {
            var known = served.Of(row);
            var next = known.Timing.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt))?.ToUnixTimeMilliseconds();
            if (next == row.NextAt || next is null)
                return;
            (row.NextAt, row.DueAt, row.Version) = (next, Math.Min(next.Value + (long)known.Jitter.TotalMilliseconds, row.WaitingAt is null ? long.MaxValue : row.DueAt!.Value), row.Version + 1);
        }
        catch (ScheduleException)
        {
            // It is reported when it is due.
        }
    }

    [LoggerMessage(91, LogLevel.Information, "Schedule {Schedule} is as the code declares it")]
    private static partial void LogDeclared(ILogger logger, string schedule);

    [LoggerMessage(92, LogLevel.Information, "Schedule {Schedule} is declared no more and has retired")]
    private static partial void LogRetired(ILogger logger, string schedule);
}
