using Bus.Jobs.Running;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Jobs.Store;

/// <inheritdoc cref="IJobOperations"/>
internal sealed class JobOperations<TDbContext>(OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, JobStation<TDbContext> station, JobNews<TDbContext> news, DeadJobs<TDbContext> dead) : IJobOperations, IDeadJobReplay
    where TDbContext : DbContext
{
    public async Task<IReadOnlyList<JobSummary>> ListAsync(JobQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Take is < 1 or > 1_000)
            throw new JobException($"`Take` must be between 1 and 1,000, but is {query.Take}.");
        if (query.Type?.Contains('\0', StringComparison.Ordinal) == true || query.Queue?.Contains('\0', StringComparison.Ordinal) == true)
            throw new JobException("No queue and no type has a null character in its name.");
        var found = await rows.InScopeAsync(db =>
        {
            var jobs = db.Set<JobRow>().AsNoTracking();
            if (query.State is { } state)
                jobs = jobs.Where(row => row.State == (int)state);
            if (query.Type is { } type)
                jobs = jobs.Where(row => row.Type == type);
            if (query.Queue is { } queue)
                jobs = jobs.Where(row => row.Queue == queue);
            if (query.Before is { } before)
                jobs = jobs.Where(row => row.Id.CompareTo(before) < 0);
            return jobs.OrderByDescending(row => row.Id).Take(query.Take).ToListAsync(cancellationToken);
        });
        return [.. found.Select(JobSummaries.Of)];
    }

    public async Task<IReadOnlyList<JobRunSummary>> RunsAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var runs = await rows.InScopeAsync(db => db.Set<JobRunRow>().AsNoTracking().Where(run => run.JobId == id).OrderBy(run => run.Claim).ToListAsync(cancellationToken));
        return [.. runs.Select(JobSummaries.Of)];
    }

    public Task<bool> RunAgainAsync(Guid id, CancellationToken cancellationToken = default) => RunAgainAsync(id, null, onlyDead: false, cancellationToken);

    Task<bool> IDeadJobReplay.RunAgainAsync(Guid job, byte[]? arguments, CancellationToken cancellationToken) => RunAgainAsync(job, arguments, onlyDead: true, cancellationToken);

    private Task<bool> RunAgainAsync(Guid id, byte[]? arguments, bool onlyDead, CancellationToken cancellationToken) => rows.ChangeAsync(
        async db =>
        {
            var jobs = db.Set<JobRow>().Where(row => row.Id == id && (!onlyDead || row.State == JobStates.Dead));
            if (await jobs.Select(row => new { row.Queue, row.State, row.OrderKey }).SingleOrDefaultAsync(cancellationToken) is not { } job)
                return null;
            if (job.State is JobStates.Queued or JobStates.Running or JobStates.Held)
                return null;
            await rows.LockAsync(db, job.OrderKey, cancellationToken);
            var waits = job.OrderKey is not null && !await db.Set<JobLineRow>().AnyAsync(line => line.JobId == id && line.Active, cancellationToken);
            var rank = engine.Timers.Now * 1000;
            var changed = await jobs.Where(row => row.State == job.State).ExecuteUpdateAsync(
                set => set
                    .SetProperty(row => row.State, waits ? JobStates.Held : JobStates.Queued)
                    .SetProperty(row => row.Rank, row => rank - (row.Priority * JobDialect.MicrosecondsAPriority))
                    .SetProperty(row => row.DueAt, (long?)null)
                    .SetProperty(row => row.StartBefore, (long?)null)
                    .SetProperty(row => row.EndedAt, (long?)null)
                    .SetProperty(row => row.Attempts, 0)
                    .SetProperty(row => row.Crashes, 0)
                    .SetProperty(row => row.Result, (byte[]?)null)
                    .SetProperty(row => row.Error, (string?)null),
                cancellationToken);
            if (changed == 0)
                return null;
            if (arguments is not null)
                await db.Set<JobRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Arguments, arguments), cancellationToken);
            if (job.State == JobStates.Dead)
                await dead.RaiseAsync(db, id, cancellationToken);
            // What is to be done anew is done anew; what failed goes on where it was.
            if (job.State == JobStates.Succeeded)
                await db.Set<JobStepRow>().Where(step => step.JobId == id).ExecuteDeleteAsync(cancellationToken);
            if (!waits)
                return [job.Queue];
            var connection = db.Database.GetDbConnection();
            var transaction = db.Database.CurrentTransaction!.GetDbTransaction();
            await engine.Dialect.Jobs.JoinAsync(connection, transaction, job.OrderKey!, id, cancellationToken);
            return await engine.Dialect.Jobs.AdvanceAsync(connection, transaction, [job.OrderKey!], cancellationToken);
        },
        cancellationToken);

    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken = default) => rows.ChangeAsync(
        async db =>
        {
            var jobs = db.Set<JobRow>().Where(row => row.Id == id && row.State != JobStates.Running);
            var job = await jobs.Select(row => new { row.OrderKey }).SingleOrDefaultAsync(cancellationToken);
            await rows.LockAsync(db, job?.OrderKey, cancellationToken);
            if (job is null || await jobs.ExecuteDeleteAsync(cancellationToken) == 0)
                return null;
            await dead.DiscardAsync(db, id, "The job was deleted.", cancellationToken);
            await db.Set<JobRunRow>().Where(run => run.JobId == id).ExecuteDeleteAsync(cancellationToken);
            await db.Set<JobStepRow>().Where(step => step.JobId == id).ExecuteDeleteAsync(cancellationToken);
            return await rows.LeaveAsync(db, id, job.OrderKey, cancellationToken);
        },
        cancellationToken);

    public async Task<bool> SetPriorityAsync(Guid id, int priority, CancellationToken cancellationToken = default)
    {
        JobMaker.RequirePriority(priority);
        return await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == id && row.EndedAt == null).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Rank, row => row.Rank + ((row.Priority - priority) * JobDialect.MicrosecondsAPriority))
                .SetProperty(row => row.Priority, priority),
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

    // So that this process obeys at once; the others do within a second.
    private Task LookNowAsync(CancellationToken cancellationToken) => news.Runs ? station.LookNowAsync(cancellationToken) : Task.CompletedTask;

    private static async Task<IReadOnlyList<string>?> AddAsync(TDbContext db, JobGroup what, string name, CancellationToken cancellationToken)
    {
        if (!await db.Set<JobPauseRow>().AnyAsync(pause => pause.Kind == (int)what && pause.Name == name, cancellationToken))
            db.Add(new JobPauseRow { Kind = (int)what, Name = name });
        await db.SaveChangesAsync(cancellationToken);
        return [];
    }

    private static void Require(JobGroup what, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (what == JobGroup.All ? name.Length > 0 : name.Length is 0 or > 400 || name.Contains('\0', StringComparison.Ordinal))
            throw new JobException(what == JobGroup.All ? "All jobs have no name: leave it empty, or say which queue or type." : $"Say the name of the {what.ToString().ToLowerInvariant()}, with at most 400 characters.");
    }
}
