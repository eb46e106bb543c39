using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Scheduler.Store;

/// <summary>Changes one schedule in a transaction of its own. It waits for another that changes or fires the same one.</summary>
internal sealed class ScheduleChanges<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, ScheduleDispatcher<TDbContext> dispatcher)
    where TDbContext : DbContext
{
    private const int MostTries = 3;

    public async Task AddAsync(ScheduleRow row, CancellationToken cancellationToken)
    {
        await InTransactionAsync(
            async (_, db) =>
            {
                if (await db.Set<ScheduleRow>().AnyAsync(known => known.Name == row.Name, cancellationToken))
                    throw new ScheduleException($"There is a schedule `{row.Name}` already: edit it, or choose another name.");
                db.Add(row);
            },
            cancellationToken);
        Tell(row);
    }

    public Task ChangeAsync(string name, Action<ScheduleRow> change, CancellationToken cancellationToken) => ChangeAsync(
        name,
        (_, _, row) =>
        {
            change(row);
            return Task.CompletedTask;
        },
        cancellationToken);

    public async Task ChangeAsync(string name, Func<IServiceProvider, TDbContext, ScheduleRow, Task> change, CancellationToken cancellationToken)
    {
        ScheduleRow? changed = null;
        await InTransactionAsync(
            async (scope, db) =>
            {
                changed = await LockAsync(db, name, cancellationToken);
                await change(scope, db, changed);
            },
            cancellationToken);
        Tell(changed!);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => InTransactionAsync(
        async (_, db) =>
        {
            var row = await LockAsync(db, name, cancellationToken);
            if (row.DeclaredBy is { } program && row.State != (int)ScheduleState.Retired)
                throw new ScheduleException($"Schedule `{name}` is declared in the code of `{program}` and would come back. Take it out of the code, or pause it.");
            db.Remove(row);
            await db.Set<ScheduleRunRow>().Where(run => run.Schedule == name).ExecuteDeleteAsync(cancellationToken);
        },
        cancellationToken);

    // The update locks the row: nobody fires or changes it until the transaction ends.
    private static async Task<ScheduleRow> LockAsync(TDbContext db, string name, CancellationToken cancellationToken) =>
        await db.Set<ScheduleRow>().Where(row => row.Name == name).ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, row => row.Version + 1), cancellationToken) == 0
            ? throw ScheduleException.NotFound(name)
            : await db.Set<ScheduleRow>().AsTracking().SingleAsync(row => row.Name == name, cancellationToken);

    private async Task InTransactionAsync(Func<IServiceProvider, TDbContext, Task> change, CancellationToken cancellationToken)
    {
        await engine.Owner.RegisterAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var outer = scopes.CreateAsyncScope();
                await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(async () =>
                {
                    await using var scope = scopes.CreateAsyncScope();
                    var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
                    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                    await change(scope.ServiceProvider, db);
                    await db.SaveChangesAsync(cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                });
                return;
            }
            catch (DbUpdateException) when (attempt < MostTries)
            {
                // Another made one of the same name in between.
            }
        }
    }

    private void Tell(ScheduleRow row)
    {
        if (row.DueAt is { } due)
            dispatcher.Committed(due);
    }
}
