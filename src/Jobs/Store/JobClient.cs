using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <inheritdoc cref="IJobClient"/>
internal sealed class JobClient<TDbContext>(OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, JobMaker maker, BatchEnqueuer<TDbContext> batches, JobStation<TDbContext> station, JobWaiters waiters, DeadJobs<TDbContext> dead) : IJobClient
    where TDbContext : DbContext
{
    private const int Block = 1_000;

    private readonly JobWatch<TDbContext> _watch = new(rows, waiters);

    public Task<Guid> EnqueueAsync<TArguments>(TArguments arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : class => EnqueueAsync(maker.Make(arguments, options ?? new EnqueueOptions()), cancellationToken);

    public Task<Guid> EnqueueAsync(string type, string arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default) =>
        EnqueueAsync(maker.MakeNamed(type, arguments, options ?? new EnqueueOptions()), cancellationToken);

    private async Task<Guid> EnqueueAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await engine.Committer.CommitAsync(null, [record]);
            if (record.Job is not { IsPlain: false } job || await FindAsync(job, cancellationToken) is not { } found)
                return record.MessageId;
            if (found != Guid.Empty)
                return found;
            // The one that kept it out has ended in between.
        }
    }

    public async Task<IReadOnlyList<Guid>> EnqueueManyAsync<TArguments>(IEnumerable<TArguments> arguments, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : class
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (options is { Unique: not null } or { IdempotencyKey: not null })
            throw new JobException("`Unique` and `IdempotencyKey` name one job: enqueue it by itself, or name each by its arguments with `UniqueBy`.");
        List<Guid> ids = [];
        Task<IEnumerable<Guid>>? committing = null;
        try
        {
            // One block is made while the one before it is committed, which on SQLite keeps its thread.
            foreach (var block in arguments.Chunk(Block))
            {
                OutboxRecord[] records = [.. block.Select(one => maker.Make(one, options ?? new EnqueueOptions()))];
                if (committing is not null)
                    ids.AddRange(await committing);
                committing = null;
                cancellationToken.ThrowIfCancellationRequested();
                committing = Task.Run(() => CommitManyAsync(records, cancellationToken), CancellationToken.None);
            }
        }
        catch
        {
            // What is on its way is not left alone, and what went wrong first is said.
            if (committing is not null)
                await ((Task)committing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        if (committing is not null)
            ids.AddRange(await committing);
        return ids;
    }

    private async Task<IEnumerable<Guid>> CommitManyAsync(OutboxRecord[] records, CancellationToken cancellationToken)
    {
        await engine.Committer.CommitAsync(null, records);
        if (records[0].Job!.UniqueKey is null)
            return records.Select(record => record.MessageId);
        Guid[] own = [.. records.Select(record => record.MessageId)];
        string[] names = [.. records.Select(record => record.Job!.UniqueKey!).Distinct(StringComparer.Ordinal)];
        var added = await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => own.Contains(row.Id)).Select(row => row.Id).ToHashSetAsync(cancellationToken));
        var named = await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => names.Contains(row.UniqueKey)).ToDictionaryAsync(row => row.UniqueKey!, row => row.Id, StringComparer.Ordinal, cancellationToken));
        Dictionary<string, Guid> found = new(StringComparer.Ordinal);
        foreach (var record in records)
        {
            var name = record.Job!.UniqueKey!;
            // Of several of one name in the block the first counts. The one that kept it out may have ended meanwhile.
            if (!found.ContainsKey(name))
                found[name] = added.Contains(record.MessageId) ? record.MessageId : named.TryGetValue(name, out var other) ? other : await EnqueueAsync(record, cancellationToken);
        }

        return records.Select(record => found[record.Job!.UniqueKey!]);
    }

    public Task<Guid> EnqueueBatchAsync(string name, IEnumerable<BatchJob> jobs, JobBatchOptions? options = null, CancellationToken cancellationToken = default) =>
        batches.EnqueueAsync(name, jobs, options ?? new JobBatchOptions(), cancellationToken);

    public async Task<JobSummary?> FindAsync(Guid id, CancellationToken cancellationToken = default) => await rows.FindAsync(id, cancellationToken) is { } row ? JobSummaries.Of(row) : null;

    public async Task<TResult?> ResultAsync<TResult>(Guid id, CancellationToken cancellationToken = default)
    {
        try
        {
            for (var looks = 1; ; looks++)
            {
                // Before the look: an end in between is not missed.
                var told = waiters.WhenTold(id);
                var row = await rows.GlanceAsync(id, cancellationToken) ?? throw new JobException($"There is no job {id}.");
                if (row.State == JobStates.Succeeded)
                {
                    var result = row.Result is { Length: 0 } ? (await rows.FindAsync(id, cancellationToken))?.Result : row.Result;
                    return result is null ? default : JobJson.Read<TResult>(result);
                }

                if (row.State is JobStates.Dead or JobStates.Cancelled)
                    throw new JobException($"Job {id} ({row.Type}) is {((JobState)row.State).ToString().ToLowerInvariant()}: {row.Error}");
                waiters.Ask(id);
                await told.WaitAsync(waiters.PauseAfter(looks), OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // Others who wait for it here look again.
            waiters.Wake(id);
        }
    }

    public IAsyncEnumerable<JobChange> WatchAsync(Guid id, long? afterLine = null, CancellationToken cancellationToken = default) => _watch.FollowAsync(id, afterLine, cancellationToken);

    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken = default)
    {
        // It may go from one to the other between the two.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (await CancelWaitingAsync(id, cancellationToken))
            {
                waiters.Ended(id);
                return true;
            }

            var runs = await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == id && row.State == JobStates.Running && row.MessageId == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.CancelRequested, true), cancellationToken));
            if (runs > 0)
            {
                station.Cancel(id);
                return true;
            }
        }

        await TrackedRows.RequireJobAsync(rows, id, "cannot be cancelled: it comes as its transport delivers it", cancellationToken);
        return false;
    }

    private Task<bool> CancelWaitingAsync(Guid id, CancellationToken cancellationToken) => rows.ChangeAsync(
        async db =>
        {
            // One that is dead and keeps its line waiting, or its name, is not over yet.
            var jobs = db.Set<JobRow>().Where(row => row.Id == id && row.MessageId == null && row.State != JobStates.Running && (row.EndedAt == null || (row.State == JobStates.Dead && (row.UniqueKey != null || db.Set<JobLineRow>().Any(line => line.JobId == id)))));
            if (await jobs.Select(row => new { row.OrderKey, row.Queue, row.Type, row.Claims, row.Callback, row.BatchId, row.State }).SingleOrDefaultAsync(cancellationToken) is not { } job)
                return null;
            await rows.LockAsync(db, job.OrderKey, cancellationToken);
            // Of a dead one the batch knows already.
            jobs = job.State == JobStates.Dead ? jobs.Where(row => row.State == JobStates.Dead) : jobs.Where(row => row.State != JobStates.Dead);
            if (await JobChanges.CancelAsync(jobs, engine.Timers.Now, cancellationToken) == 0)
                return null;
            await dead.DiscardAsync(db, id, "The job was cancelled.", cancellationToken);
            await rows.TallyAsync(db, job.Queue, job.Type, new JobCount { Cancelled = 1 }, cancellationToken);
            // Of the end of a dead one somebody was told when it died.
            var callback = job.State == JobStates.Dead ? null : job.Callback;
            return
            [
                .. await rows.CallBackAsync(db, id, job.Claims, callback, cancellationToken), .. await rows.LeaveAsync(db, id, job.OrderKey, cancellationToken),
                .. await rows.CountAsync(db, job.BatchId, job.State, JobStates.Cancelled, 1, cancellationToken),
            ];
        },
        cancellationToken);

    /// <returns>The job that is there, the empty id when there is none any more; null when there is nothing to look for.</returns>
    private async Task<Guid?> FindAsync(NewJob job, CancellationToken cancellationToken)
    {
        if (job.UniqueKey is { } unique)
            return await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == job.Id || row.UniqueKey == unique).OrderByDescending(row => row.Id == job.Id).Select(row => row.Id).FirstOrDefaultAsync(cancellationToken));
        if (job.KeptUntil is null)
            return null;
        var known = await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == job.Id).Select(row => row.Arguments).SingleOrDefaultAsync(cancellationToken));
        return known is null || known.AsSpan().SequenceEqual(job.Arguments)
            ? job.Id
            : throw new JobException("The idempotency key was used before, with other arguments: a new request needs a new key.");
    }
}
