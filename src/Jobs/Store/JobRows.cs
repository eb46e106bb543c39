using Bus.Jobs.Running;
using Bus.Persistence.Databases;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Store;

/// <summary>Works on the rows of jobs in scopes of its own. Thread-safe.</summary>
internal sealed class JobRows<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, JobLines<TDbContext> lines, Func<JobNews<TDbContext>> news)
    where TDbContext : DbContext
{
    /// <summary>Reads, or writes with one statement.</summary>
    public async Task<T> InScopeAsync<T>(Func<TDbContext, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TDbContext>());
    }

    public Task<JobRow?> FindAsync(Guid id, CancellationToken cancellationToken) => InScopeAsync(db => db.Set<JobRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken));

    /// <summary>A job without what is long of it, for who looks again and again.</summary>
    public Task<JobRow?> GlanceAsync(Guid id, CancellationToken cancellationToken) => InScopeAsync(db => db.Set<JobRow>().AsNoTracking().Where(row => row.Id == id).Select(JobSummaries.Light).SingleOrDefaultAsync(cancellationToken));

    /// <summary>What the handler of a job has logged, after a position.</summary>
    public async Task<IReadOnlyList<JobLogLine>> LinesAsync(Guid id, long? after, int take, CancellationToken cancellationToken)
    {
        var (claim, number) = JobSummaries.PlaceOf(after ?? 0);
        var found = await InScopeAsync(db => db.Set<JobLogRow>().AsNoTracking().Where(line => line.JobId == id && (line.Claim > claim || (line.Claim == claim && line.Number > number)))
            .OrderBy(line => line.Claim).ThenBy(line => line.Number).Take(take).ToListAsync(cancellationToken));
        return [.. found.Select(JobSummaries.Of)];
    }

    /// <summary>Those that are to be removed because the time is over that they, or their types, have said.</summary>
    public static IQueryable<JobRow> Expired(TDbContext db, long now) => db.Set<JobRow>().Where(row => row.EndedAt != null && row.KeepFor != null && row.RemoveAt < now && (row.Callback == null || row.EndedAt < now - JobDialect.ToldWithin));

    /// <summary>Those of the others that are to be removed: they succeeded or were cancelled before a time, and nobody needs them for something else.</summary>
    public static IQueryable<JobRow> Removable(TDbContext db, long old, long now) =>
        db.Set<JobRow>().Where(row => (row.State == JobStates.Succeeded || row.State == JobStates.Cancelled) && row.EndedAt != null && row.KeepFor == null && row.EndedAt < old && (row.KeptUntil == null || row.KeptUntil < now)
            && (row.UniqueKey == null || row.UniqueUntil == null || row.UniqueUntil < now));

    /// <summary>Does several things together; what has waited for them is told afterwards.</summary>
    /// <param name="change">The change; what it returns are the queues that have got work, null when there was nothing to change.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Whether there was something to change.</returns>
    public async Task<bool> ChangeAsync(Func<TDbContext, Task<IReadOnlyList<string>?>> change, CancellationToken cancellationToken)
    {
        await using var outer = scopes.CreateAsyncScope();
        var queues = await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var changed = await change(db);
            if (changed is not null)
                await transaction.CommitAsync(cancellationToken);
            return changed;
        });
        foreach (var queue in (queues ?? []).Distinct(StringComparer.Ordinal))
            news().Tell(queue);
        return queues is not null;
    }

    /// <summary>Keeps others from the line of a job, if it has a key, before the job is changed: in the order in which those do it that end a run.</summary>
    public Task LockAsync(TDbContext db, string? key, CancellationToken cancellationToken) => key is null ? Task.CompletedTask : lines.LockAsync(db, key, cancellationToken);

    /// <summary>Lets somebody be told that a job has come to its end otherwise than by its run, if it names one.</summary>
    /// <returns>Where that waits.</returns>
    public async Task<IReadOnlyList<string>> CallBackAsync(TDbContext db, Guid id, long claim, string? callback, CancellationToken cancellationToken)
    {
        if (callback is null)
            return [];
        await using var batch = new StoreBatch(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction());
        engine.Dialect.Jobs.AddCallback(batch, id, claim);
        await batch.ExecuteAsync(cancellationToken);
        return [JobDialect.CallbackQueue];
    }

    /// <summary>Counts what became of a job otherwise than by its run, in the transaction that is open.</summary>
    public Task TallyAsync(TDbContext db, string queue, string type, JobCount count, CancellationToken cancellationToken) =>
        engine.Dialect.Jobs.TallyAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), queue, type, JobCounters.ByHand, count, cancellationToken);

    /// <summary>What comes of it that a job has come to its end otherwise than by its run: it leaves its line.</summary>
    public async Task<IReadOnlyList<string>> LeaveAsync(TDbContext db, Guid id, string? key, CancellationToken cancellationToken) => key is null ? [] : await lines.LeaveAsync(db, id, key, cancellationToken);

    /// <summary>Counts in their batch, if they have one, that jobs have gone from one state to another otherwise than by their runs: as the last of a change.</summary>
    /// <returns>Where callbacks are queued.</returns>
    public async Task<IReadOnlyList<string>> CountAsync(TDbContext db, Guid? batch, int from, int to, int jobs, CancellationToken cancellationToken)
    {
        if (batch is not { } id)
            return [];
        var count = BatchCount.Moved(id, from, to, jobs);
        return count is { Succeeded: 0, Dead: 0, Cancelled: 0 } ? [] : await engine.Dialect.Jobs.Batches.CountAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), [count], cancellationToken);
    }

    /// <summary>Lets no more jobs come to a batch.</summary>
    /// <returns>Where callbacks are queued; null when it is closed already, or there is none.</returns>
    public Task<IReadOnlyList<string>?> CloseAsync(TDbContext db, Guid batch, CancellationToken cancellationToken) =>
        engine.Dialect.Jobs.Batches.GrowAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), batch, 0, closes: true, cancellationToken);
}
