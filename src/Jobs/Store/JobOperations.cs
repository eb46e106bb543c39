using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Jobs.Store;

/// <inheritdoc cref="IJobOperations"/>
internal sealed partial class JobOperations<TDbContext>(
    OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, IJobClient client, JobStation<TDbContext> station, JobNews<TDbContext> news, JobCatalog catalog, JobQueues<TDbContext> queues, DeadJobs<TDbContext> dead, JobsOptions options)
    : IJobOperations, IDeadJobReplay
    where TDbContext : DbContext
{
    public async Task<IReadOnlyList<JobSummary>> ListAsync(JobQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireTake(query.Take);
        if (query.Type?.Contains('\0', StringComparison.Ordinal) == true || query.Queue?.Contains('\0', StringComparison.Ordinal) == true || query.Tenant?.Contains('\0', StringComparison.Ordinal) == true)
            throw new JobException("No queue, type or tenant has a null character in its name.");
        var found = await rows.InScopeAsync(db =>
        {
            var jobs = db.Set<JobRow>().AsNoTracking();
            if (query.State is { } state)
                jobs = jobs.Where(row => row.State == (int)state);
            // Those have an owner, or are tracked, and an index of their own for either.
            if (query.State == JobState.Running)
                jobs = jobs.Where(row => row.OwnerId != null || (row.State == JobStates.Running && row.MessageId != null));
            if (query.Type is { } type)
                jobs = jobs.Where(row => row.Type == type);
            if (query.Queue is { } queue)
                jobs = jobs.Where(row => row.Queue == queue);
            if (query.Tenant is { } tenant)
                jobs = jobs.Where(row => row.Tenant == tenant);
            if (query.Batch is { } batch)
                jobs = jobs.Where(row => row.BatchId == batch);
            if (query.Message is { } message)
                jobs = jobs.Where(row => row.MessageId == message);
            if (query.Before is { } before)
                jobs = jobs.Where(row => row.Id.CompareTo(before) < 0);
            return jobs.OrderByDescending(row => row.Id).Take(query.Take).Select(JobSummaries.Light).ToListAsync(cancellationToken);
        });
        return [.. found.Select(JobSummaries.Of)];
    }

    public async Task<IReadOnlyList<JobRunSummary>> RunsAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var runs = await rows.InScopeAsync(db => db.Set<JobRunRow>().AsNoTracking().Where(run => run.JobId == id).OrderBy(run => run.Claim).ToListAsync(cancellationToken));
        return [.. runs.Select(JobSummaries.Of)];
    }

    public async Task<IReadOnlyList<JobLogLine>> LogAsync(Guid id, long? after = null, int take = 1_000, CancellationToken cancellationToken = default)
    {
        if (take is < 1 or > 1_000)
            throw new JobException($"`take` must be between 1 and 1,000, but is {take}.");
        return await rows.LinesAsync(id, after, take, cancellationToken);
    }

    public Task<bool> RunAgainAsync(Guid id, CancellationToken cancellationToken = default) => RunAgainAsync(id, null, onlyDead: false, cancellationToken);

    Task<bool> IDeadJobReplay.RunAgainAsync(Guid job, byte[]? arguments, CancellationToken cancellationToken)
    {
        RequireLength($"job {job}", arguments ?? []);
        return RunAgainAsync(job, arguments, onlyDead: true, cancellationToken);
    }

    private Task<bool> RunAgainAsync(Guid id, byte[]? arguments, bool onlyDead, CancellationToken cancellationToken) => rows.ChangeAsync(
        async db =>
        {
            var jobs = db.Set<JobRow>().Where(row => row.Id == id && (!onlyDead || row.State == JobStates.Dead));
            if (await jobs.Select(row => new { row.Queue, row.State, row.OrderKey, row.BatchId, row.MessageId }).SingleOrDefaultAsync(cancellationToken) is not { } job)
                return null;
            if (job.MessageId is { } message)
                throw TrackedRows.NotRunAgain(id, message);
            if (job.State is JobStates.Queued or JobStates.Running or JobStates.Held)
                return null;
            await rows.LockAsync(db, job.OrderKey, cancellationToken);
            var waits = job.OrderKey is not null && !await db.Set<JobLineRow>().AnyAsync(line => line.JobId == id && line.Active, cancellationToken);
            if (await JobChanges.QueueAgainAsync(jobs.Where(row => row.State == job.State), waits ? JobStates.Held : JobStates.Queued, engine.Timers.Now, cancellationToken) == 0)
                return null;
            if (arguments is not null)
                await db.Set<JobRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Arguments, arguments), cancellationToken);
            if (job.State == JobStates.Dead)
                await dead.RaiseAsync(db, id, cancellationToken);
            // What is to be done anew is done anew; what failed goes on where it was.
            if (job.State == JobStates.Succeeded)
                await db.Set<JobStepRow>().Where(step => step.JobId == id).ExecuteDeleteAsync(cancellationToken);
            if (!waits)
                return [job.Queue, .. await rows.CountAsync(db, job.BatchId, job.State, JobStates.Queued, 1, cancellationToken)];
            var connection = db.Database.GetDbConnection();
            var transaction = db.Database.CurrentTransaction!.GetDbTransaction();
            await engine.Dialect.Jobs.JoinAsync(connection, transaction, job.OrderKey!, id, cancellationToken);
            var raised = await engine.Dialect.Jobs.AdvanceAsync(connection, transaction, [job.OrderKey!], cancellationToken);
            return [.. raised, .. await rows.CountAsync(db, job.BatchId, job.State, JobStates.Held, 1, cancellationToken)];
        },
        cancellationToken);

    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken = default) => rows.ChangeAsync(
        async db =>
        {
            var jobs = db.Set<JobRow>().Where(row => row.Id == id && (row.State != JobStates.Running || row.MessageId != null));
            if (await jobs.Select(row => new { row.OrderKey, row.BatchId }).SingleOrDefaultAsync(cancellationToken) is not { } job)
                return null;
            await rows.LockAsync(db, job.OrderKey, cancellationToken);
            // Its batch counts one that has not run as cancelled; of one that has ended it knows.
            var waited = await jobs.Where(row => row.EndedAt == null).ExecuteDeleteAsync(cancellationToken);
            if (waited == 0 && await jobs.Where(row => row.EndedAt != null).ExecuteDeleteAsync(cancellationToken) == 0)
                return null;
            await dead.DiscardAsync(db, id, "The job was deleted.", cancellationToken);
            await db.Set<JobRunRow>().Where(run => run.JobId == id).ExecuteDeleteAsync(cancellationToken);
            await db.Set<JobStepRow>().Where(step => step.JobId == id).ExecuteDeleteAsync(cancellationToken);
            await db.Set<JobLogRow>().Where(line => line.JobId == id).ExecuteDeleteAsync(cancellationToken);
            var freed = await rows.LeaveAsync(db, id, job.OrderKey, cancellationToken);
            return [.. freed, .. await rows.CountAsync(db, job.BatchId, JobStates.Queued, JobStates.Cancelled, waited, cancellationToken)];
        },
        cancellationToken);

    public async Task<bool> SetPriorityAsync(Guid id, int priority, CancellationToken cancellationToken = default)
    {
        JobMaker.RequirePriority(priority);
        var changed = await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == id && row.EndedAt == null && row.MessageId == null).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Rank, row => row.Rank + ((row.Priority - priority) * JobDialect.MicrosecondsAPriority))
                .SetProperty(row => row.Priority, priority),
            cancellationToken));
        if (changed == 0)
            await TrackedRows.RequireJobAsync(rows, id, "has no priority here: the transport decides when it comes", cancellationToken);
        return changed > 0;
    }

    public async Task<bool> EditAsync(Guid id, string arguments, int? priority = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (priority is { } asked)
            JobMaker.RequirePriority(asked);
        var jobs = (TDbContext db) => db.Set<JobRow>().Where(row => row.Id == id && (row.EndedAt == null || row.State == JobStates.Dead) && row.State != JobStates.Running);
        if (await rows.InScopeAsync(db => jobs(db).Select(row => new { row.Type, row.KeptUntil, row.MessageId }).SingleOrDefaultAsync(cancellationToken)) is not { } job)
            return false;
        if (job.MessageId is { } message)
            throw TrackedRows.Refuse(id, message, "cannot be given other arguments: replay its dead letter with another body (`IDeadLetters`), or send another message");
        if (job.KeptUntil is not null)
            throw new JobException($"Job {id} has an idempotency key, and so keeps its arguments: cancel it, and enqueue another with a new key.");
        var type = catalog.Find(job.Type) ?? throw new JobException($"This process has no handler for `{job.Type}`, and cannot tell whether the arguments fit: change them in a process that runs such jobs.");
        var text = JobJson.Check(arguments, type);
        RequireLength($"a `{type.Name}`", text);
        return await rows.InScopeAsync(db => jobs(db).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Arguments, text)
                .SetProperty(row => row.Rank, row => row.Rank + ((row.Priority - (priority ?? row.Priority)) * JobDialect.MicrosecondsAPriority))
                .SetProperty(row => row.Priority, row => priority ?? row.Priority),
            cancellationToken)) > 0;
    }

    public async Task PauseAsync(JobGroup what, string name = "", CancellationToken cancellationToken = default)
    {
        Require(what, name);
        try
        {
            await rows.ChangeAsync(db => AddAsync(db, what, name, cancellationToken), cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            // Another has paused it at the same moment.
            if (!(await PausesAsync(cancellationToken)).Contains(new JobPause(what, name)))
                throw;
        }

        await LookNowAsync(cancellationToken);
    }

    public async Task<bool> ResumeAsync(JobGroup what, string name = "", CancellationToken cancellationToken = default)
    {
        Require(what, name);
        var resumed = await rows.InScopeAsync(db => db.Set<JobPauseRow>().Where(pause => pause.Kind == (int)what && pause.Name == name).ExecuteDeleteAsync(cancellationToken)) > 0;
        await LookNowAsync(cancellationToken);
        return resumed;
    }

    public async Task<IReadOnlyList<JobPause>> PausesAsync(CancellationToken cancellationToken = default)
    {
        var pauses = await rows.InScopeAsync(db => db.Set<JobPauseRow>().AsNoTracking().OrderBy(pause => pause.Kind).ThenBy(pause => pause.Name).ToListAsync(cancellationToken));
        return [.. pauses.Select(pause => new JobPause((JobGroup)pause.Kind, pause.Name))];
    }

    public async Task<IReadOnlyList<JobQueueSummary>> QueuesAsync(CancellationToken cancellationToken = default) => await queues.QueuesAsync(await PausesAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<JobHistoryStep>> HistoryAsync(JobHistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return queues.HistoryAsync(query, cancellationToken);
    }

    public Task<JobUpkeepStatus> UpkeepAsync(CancellationToken cancellationToken = default) => queues.UpkeepAsync(cancellationToken);

    // So that this process obeys at once; the others do within a second.
    private Task LookNowAsync(CancellationToken cancellationToken) => news.Runs ? station.LookNowAsync(cancellationToken) : Task.CompletedTask;

    private static async Task<IReadOnlyList<string>?> AddAsync(TDbContext db, JobGroup what, string name, CancellationToken cancellationToken)
    {
        if (!await db.Set<JobPauseRow>().AnyAsync(pause => pause.Kind == (int)what && pause.Name == name, cancellationToken))
            db.Add(new JobPauseRow { Kind = (int)what, Name = name });
        await db.SaveChangesAsync(cancellationToken);
        return [];
    }

    private void RequireLength(string what, byte[] arguments)
    {
        if (options.Refusal(arguments.Length) is { } refusal)
            throw new JobException($"What {what} is told {refusal}.");
    }

    private static void RequireTake(int take)
    {
        if (take is < 1 or > 1_000)
            throw new JobException($"`Take` must be between 1 and 1,000, but is {take}.");
    }

    private static void Require(JobGroup what, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (what == JobGroup.All ? name.Length > 0 : name.Length is 0 or > 400 || name.Contains('\0', StringComparison.Ordinal))
            throw new JobException(what == JobGroup.All ? "All jobs have no name: leave it empty, or say which queue, type or tenant." : $"Say the name of the {what.ToString().ToLowerInvariant()}, with at most 400 characters.");
    }
}
