using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <content>Batches: what is done to all jobs of one is done in blocks, each of which commits with its count.</content>
internal sealed partial class JobOperations<TDbContext>
{
    private const int Block = 500;

    public async Task<JobBatchSummary?> FindBatchAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var found = await rows.InScopeAsync(db => db.Set<JobBatchRow>().AsNoTracking().Where(row => row.Id == id).ToListAsync(cancellationToken));
        return (await SummarizeAsync(found, cancellationToken)).SingleOrDefault();
    }

    public async Task<IReadOnlyList<JobBatchSummary>> ListBatchesAsync(JobBatchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireTake(query.Take);
        var found = await rows.InScopeAsync(db =>
        {
            var batches = db.Set<JobBatchRow>().AsNoTracking();
            batches = query.State switch
            {
                JobBatchState.Open => batches.Where(row => row.ClosedAt == null),
                JobBatchState.Running => batches.Where(row => row.ClosedAt != null && row.Succeeded + row.Dead + row.Cancelled < row.Total),
                JobBatchState.Done => batches.Where(row => row.ClosedAt != null && row.Succeeded + row.Dead + row.Cancelled == row.Total),
                _ => batches,
            };
            if (query.Before is { } before)
                batches = batches.Where(row => row.Id.CompareTo(before) < 0);
            return batches.OrderByDescending(row => row.Id).Take(query.Take).ToListAsync(cancellationToken);
        });
        return await SummarizeAsync(found, cancellationToken);
    }

    public Task<bool> CloseBatchAsync(Guid id, CancellationToken cancellationToken = default) => rows.ChangeAsync(db => rows.CloseAsync(db, id, cancellationToken), cancellationToken);

    public async Task<int> RetryFailedAsync(Guid batch, CancellationToken cancellationToken = default)
    {
        var (retried, last) = (0, Guid.Empty);
        while (true)
        {
            // One that dies again meanwhile is not run a third time: each is passed once.
            var failed = await BlockAsync(db => db.Set<JobRow>().Where(row => row.BatchId == batch && row.State == JobStates.Dead && row.Id.CompareTo(last) > 0).OrderBy(row => row.Id), cancellationToken);
            if (failed.Count == 0)
                return retried;
            last = failed[^1].Id;
            retried += await RetryAsync(batch, [.. failed.Where(job => !job.IsAlone).Select(job => job.Id)], cancellationToken);
            foreach (var job in failed.Where(job => job.IsAlone))
                retried += await RunAgainAsync(job.Id, cancellationToken) ? 1 : 0;
        }
    }

    public async Task<bool> CancelBatchAsync(Guid id, CancellationToken cancellationToken = default)
    {
        // First, so that nothing is added behind its back.
        if (!await CloseBatchAsync(id, cancellationToken) && await FindBatchAsync(id, cancellationToken) is null)
            return false;
        while (true)
        {
            // Until there is nothing left to cancel: one may have been taken, or handed back, between two looks. In the order of their index, in which those that have ended are not looked at again and again.
            var left = await BlockAsync(
                db => db.Set<JobRow>().Where(row => row.BatchId == id && row.EndedAt == null && !(row.State == JobStates.Running && row.CancelRequested)).OrderBy(row => row.State).ThenBy(row => row.Id), cancellationToken);
            if (left.Count == 0)
                return true;
            var free = left.Where(job => !job.IsAlone && !job.Runs).Select(job => job.Id).ToHashSet();
            await CancelAsync(id, [.. free], cancellationToken);
            foreach (var job in left.Where(job => !free.Contains(job.Id)))
                await client.CancelAsync(job.Id, cancellationToken);
        }
    }

    private Task<List<BlockedJob>> BlockAsync(Func<TDbContext, IQueryable<JobRow>> which, CancellationToken cancellationToken) => rows.InScopeAsync(db =>
        which(db).Take(Block).Select(row => new BlockedJob(row.Id, row.OrderKey != null || row.Callback != null, row.State == JobStates.Running)).ToListAsync(cancellationToken));

    private async Task<int> RetryAsync(Guid batch, Guid[] ids, CancellationToken cancellationToken)
    {
        var retried = 0;
        if (ids.Length == 0)
            return 0;
        await rows.ChangeAsync(
            async db =>
            {
                var failed = db.Set<JobRow>().Where(row => ids.Contains(row.Id) && row.State == JobStates.Dead);
                var told = await failed.Select(row => row.Queue).Distinct().ToListAsync(cancellationToken);
                retried = await JobChanges.QueueAgainAsync(failed, JobStates.Queued, engine.Timers.Now, cancellationToken);
                // After the jobs, as everywhere, and only of those that are queued: what has died again meanwhile keeps its letter.
                var raised = await db.Set<JobRow>().Where(row => ids.Contains(row.Id) && row.State == JobStates.Queued).Select(row => row.Id).ToListAsync(cancellationToken);
                await dead.RaiseAsync(db, raised, cancellationToken);
                return [.. told, .. await rows.CountAsync(db, batch, JobStates.Dead, JobStates.Queued, retried, cancellationToken)];
            },
            cancellationToken);
        return retried;
    }

    private Task CancelAsync(Guid batch, Guid[] ids, CancellationToken cancellationToken) => ids.Length == 0 ? Task.CompletedTask : rows.ChangeAsync(
        async db =>
        {
            var waiting = db.Set<JobRow>().Where(row => ids.Contains(row.Id) && row.EndedAt == null && row.State != JobStates.Running);
            var now = engine.Timers.Now;
            var cancelled = await JobChanges.CancelAsync(waiting, now, cancellationToken);
            if (cancelled == 0)
                return null;
            var groups = await db.Set<JobRow>().Where(row => ids.Contains(row.Id) && row.State == JobStates.Cancelled && row.EndedAt == now).GroupBy(row => new { row.Queue, row.Type })
                .Select(group => new { group.Key.Queue, group.Key.Type, Count = group.Count() }).ToListAsync(cancellationToken);
            foreach (var group in groups.OrderBy(group => group.Queue, StringComparer.Ordinal).ThenBy(group => group.Type, StringComparer.Ordinal))
                await rows.TallyAsync(db, group.Queue, group.Type, new JobCount { Cancelled = group.Count }, cancellationToken);
            return await rows.CountAsync(db, batch, JobStates.Queued, JobStates.Cancelled, cancelled, cancellationToken);
        },
        cancellationToken);

    private async Task<IReadOnlyList<JobBatchSummary>> SummarizeAsync(List<JobBatchRow> batches, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. batches.Select(batch => batch.Id)];
        // Few run, whatever the size of their batches: the others are what is left of the counts. The limit, which is none, keeps a database from looking through the batches for them.
        var running = ids.Length == 0 ? [] : await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.OwnerId != null).Take(int.MaxValue).Where(row => row.BatchId != null && ids.Contains(row.BatchId.Value))
            .GroupBy(row => row.BatchId!.Value).Select(jobs => new { jobs.Key, Count = jobs.Count() }).ToDictionaryAsync(jobs => jobs.Key, jobs => jobs.Count, cancellationToken));
        return [.. batches.Select(batch => JobSummaries.Of(batch, running.GetValueOrDefault(batch.Id)))];
    }

    private sealed record BlockedJob(Guid Id, bool IsAlone, bool Runs);
}
