using System.Data;
using Bus.Core.Faults;
using Bus.Core.Recoverability;
using Bus.Jobs.Handling;
using Bus.Jobs.Store;
using Bus.Persistence.Databases;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;

namespace Bus.Jobs.Running;

/// <summary>Runs a job so that the handler's effects in the database, its messages and the end of the job commit together, or not at all.</summary>
internal sealed partial class JobRunner<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, JobCatalog catalog, JobProgress<TDbContext> progress, JobLogWriter<TDbContext> log, Func<JobNews<TDbContext>> news, JobWaiters waiters, DeadJobs<TDbContext> dead, JobsOptions options, Func<long> now)
    where TDbContext : DbContext
{
    private const int LongestError = 8_000;

    // A circuit that somebody has opened by hand does not say when it closes.
    private static readonly TimeSpan WithoutWord = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly JobCounters _counters = new();
    private readonly Random _random = new(Environment.ProcessId);

    /// <summary>Never throws.</summary>
    /// <param name="running">The job.</param>
    /// <param name="end">Writes the end of a run that has no transaction of its own; false when the claim is lost.</param>
    public async Task RunAsync(RunningJob running, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        running.Begin();
        var run = RunToItsEndAsync(running, end);
        if (catalog.Find(running.Job.Type)?.StallAfter is { } limit)
            await WatchAsync(running, limit, run, end);
        await run;
    }

    private async Task RunToItsEndAsync(RunningJob running, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        var job = running.Job;
        try
        {
            await HandleAsync(running, end);
        }
        catch (JobClaimLostException)
        {
            LogLost(engine.Log, job.Id, job.Type);
        }
        catch (Exception exception)
        {
            if (!running.MayEnd(EndedBy.Handler))
                return;
            await running.Log.HoldAsync();
            if (End(running, exception) is { } ended)
                await TryEndAsync(ended, end);
        }
    }

    private async Task TryEndAsync(EndedRun ended, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        try
        {
            if (!await end(ended, []))
                LogLost(engine.Log, ended.Id, "");
        }
        catch (Exception exception)
        {
            LogNotWritten(engine.Log, ended.Id, exception);
        }
    }

    private async Task HandleAsync(RunningJob running, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        var job = running.Job;
        var type = catalog.Find(job.Type) ?? throw new JobException($"This process has no handler for `{job.Type}`.");
        var arguments = await BeginAsync(running, type);
        using var timeout = TimeOut(TimeLimit(job, type), () => running.Stop(StopReason.TimedOut));
        await InStrategyAsync(() => RunOnceAsync(running, type, arguments, end));
    }

    /// <returns>The arguments of a job that may begin.</returns>
    private async Task<object> BeginAsync(RunningJob running, JobType type)
    {
        var job = running.Job;
        running.KeepFor = type.KeepFor;
        // It may have been cancelled, or lost, while it waited for others to end.
        running.Token.ThrowIfCancellationRequested();
        if (job.StartBefore is { } limit && job is { Attempts: 0, Crashes: 0 } && now() > limit)
            throw new JobDeadException($"It was to begin before {DateTimeOffset.FromUnixTimeMilliseconds(limit):O}, and had not.");
        return Read(job.Arguments ?? await LoadAsync(job, running.Token), type);
    }

    // A retrying execution strategy refuses transactions that it did not begin: let it run the whole handler, each time in a scope of its own.
    private async Task InStrategyAsync(Func<Task> run)
    {
        if (!engine.RetriesInContext)
        {
            await run();
            return;
        }

        await using var outer = scopes.CreateAsyncScope();
        await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(run);
    }

    private async Task RunOnceAsync(RunningJob running, JobType type, object arguments, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        var job = running.Job;
        await using var scope = scopes.CreateAsyncScope();
        var unit = new ConsumeUnit<TDbContext>(engine, scope.ServiceProvider, default);
        // The handler's own transaction keeps others from writing, where one writes at a time.
        bool WritesAlone() => engine.Dialect.OneWriter && unit.Transaction is not null;
        var steps = new JobSteps<TDbContext>(engine, job, options, WritesAlone);
        var run = new JobRun(
            job.Id, job.Attempts + 1, job.Claim, (percent, note) => WritesAlone() ? Task.CompletedTask : progress.ReportAsync(job, percent, note), (level, text) => log.Add(running.Log, level, text), steps, running.Token)
        {
            Resilience = type.Resilience,
            Tenant = job.Tenant,
            Beat = running.Beat,
            LimitKey = job.LimitKey ?? job.Tenant,
        };
        running.Log.Release();
        running.Beat();
        unit.Enter();
        try
        {
            var result = await type.RunAsync(scope.ServiceProvider, arguments, run);
            unit.Seal();
            var ended = running.End(JobStates.Succeeded) with { Result = result is null ? null : WriteResult(result, type) };
            if (!running.MayEnd(EndedBy.Handler))
                throw new JobClaimLostException();
            // What is being written would wait for a transaction that keeps all others out.
            await running.Log.HoldAsync(mayWait: !WritesAlone());
            await CommitAsync(unit, scope.ServiceProvider, running, ended, end);
            // What its limits kept back may go on.
            if (type.Rest.Succeed(job.Id) || type.KeepsOthersWaiting)
                news().Tell(job.Queue);
        }
        finally
        {
            await unit.EndAsync();
        }
    }

    private async Task CommitAsync(ConsumeUnit<TDbContext> unit, IServiceProvider scope, RunningJob running, EndedRun ended, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        if (unit.Transaction is null)
        {
            var context = engine.WatchesContexts ? scope.GetRequiredService<ScopedContext<TDbContext>>().Context : unit.Context;
            if (context?.ChangeTracker.HasChanges() != true)
            {
                // A connection that the handler has left open is one of few.
                running.KeepsPlace = engine.RetriesInContext || context?.Database.GetDbConnection().State is ConnectionState.Open;
                await CommitTogetherAsync(context, ended, end);
                return;
            }
        }

        await CommitInOneAsync(unit, [ended], running.Log.Left);
    }

    // With what the handler has saved, in its transaction.
    private async Task CommitInOneAsync(ConsumeUnit<TDbContext> unit, IReadOnlyList<EndedRun> ended, IReadOnlyList<JobLogRow> lines)
    {
        await unit.BeginAsync(CancellationToken.None);
        var transaction = unit.Transaction ?? throw new JobException($"The handler left a transaction of its own open on `{typeof(TDbContext).Name}`: the job owns the transaction, do not begin one in a handler.");
        await unit.Context.SaveLastAsync(CancellationToken.None);
        var (jobs, connection) = (engine.Dialect.Jobs, unit.Context.Database.GetDbConnection());
        using var counters = _counters.Rent();
        var stands = await jobs.EndAsync(connection, transaction.GetDbTransaction(), ended, counters.Node, CancellationToken.None);
        if (stands.Written.Count < ended.Count)
            throw new JobClaimLostException();
        if (stands.Queues.Count > 0)
            FaultPoint.Reach(FaultPoints.AfterJobLine);
        if (lines.Count > 0 || ended.Any(run => run.CallsBack || run.Failures > 0))
        {
            await using var batch = new StoreBatch(connection, transaction.GetDbTransaction());
            jobs.AddLines(batch, lines);
            foreach (var run in ended.Where(run => run.CallsBack))
                jobs.AddCallback(batch, run.Id, run.Claim);
            foreach (var failed in ended.Where(run => run.Failures > 0))
                batch.AddRow(jobs.InsertRun, engine.Dialect, failed.Id, failed.Claim, (int)JobRunOutcome.Failed, JobCounters.Node, failed.StartedAt, failed.Error!);
            await batch.ExecuteAsync(CancellationToken.None);
        }

        await dead.BuryAsync(connection, transaction.GetDbTransaction(), ended.Where(run => run.State == JobStates.Dead).Select(run => run.Id), CancellationToken.None);
        stands = await jobs.CountAsync(connection, transaction.GetDbTransaction(), stands, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        foreach (var run in ended)
        {
            JobMeters.Ended(run);
            if (run.State is JobStates.Succeeded or JobStates.Dead or JobStates.Cancelled)
                waiters.Ended(run.Id);
        }

        foreach (var queue in stands.Queues.Concat(ended.Where(run => run.State == JobStates.Queued).Select(run => run.Job!.Queue)).Distinct(StringComparer.Ordinal))
            news().Tell(queue);
        if (ended.Any(run => run.CallsBack))
            news().Tell(JobDialect.CallbackQueue);
    }

    // With those of other jobs.
    private async Task CommitTogetherAsync(TDbContext? context, EndedRun ended, Func<EndedRun, IReadOnlyList<OutboxRecord>, Task<bool>> end)
    {
        var buffer = context is null ? null : engine.Buffers.Find(context);
        var records = buffer?.Write() ?? [];
        if (!await end(ended, records))
            throw new JobClaimLostException();
        buffer?.Commit();
    }

    private static BrokenCircuitException? CircuitOf(Exception? exception) => exception switch
    {
        null => null,
        BrokenCircuitException open => open,
        _ => CircuitOf(exception.InnerException),
    };

    private static TimeSpan? TimeLimit(ClaimedJob job, JobType type) => job.Timeout is { } own ? TimeSpan.FromMilliseconds(own) : type.Timeout;

    private static CancellationTokenSource? TimeOut(TimeSpan? limit, Action expired)
    {
        if (limit is not { } time)
            return null;
        var timer = new CancellationTokenSource(time, OutboxEngine<TDbContext>.Pace);
        timer.Token.Register(expired);
        return timer;
    }

    /// <returns>What is to be written; null when the run is another process's affair now.</returns>
    private EndedRun? End(RunningJob running, Exception exception)
    {
        var job = running.Job;
        switch (running.StoppedFor)
        {
            case StopReason.Lost:
                LogLost(engine.Log, job.Id, job.Type);
                return null;
            case StopReason.Cancelled:
                return running.End(JobStates.Cancelled) with { Error = "Cancelled while it ran." };
            case StopReason.Stopping when exception is OperationCanceledException:
                return running.End(JobStates.Queued);
            case StopReason.TimedOut when exception is OperationCanceledException:
                exception = new TimeoutException("The run took longer than it may.", exception);
                break;
            case StopReason.Stalled when exception is OperationCanceledException:
                exception = new TimeoutException(StallOf(job), exception);
                break;
        }

        var text = exception.ToString();
        var failed = running.End(JobStates.Dead) with { Failures = 1, Error = JobText.Of(text, LongestError) };
        if (exception is JobDeadException)
            return failed with { Error = JobText.Of(exception.Message, LongestError) };
        if (catalog.Find(job.Type) is not { } type)
            return failed;
        if (CircuitOf(exception) is { } circuit)
        {
            var wait = circuit.RetryAfter is { Ticks: > 0 } given ? given : WithoutWord;
            type.Rest.Open(wait);
            LogFailed(engine.Log, exception, job.Id, job.Type, job.Attempts + 1, wait);
            return failed with { State = JobStates.Retrying, DueAt = now() + (long)Math.Ceiling(wait.TotalMilliseconds), Failures = 0 };
        }

        RecoverabilityDecision decision;
        lock (_lock)
            decision = JobWaits.Decide(type, job, exception, _random);
        if (decision is RecoverabilityDecision.GiveUp { Reason: GiveUpReason.AttemptsSpent } && job.OrderPolicy == (int)JobKeyPolicy.Block && job.OrderKey is not null)
            decision = new RecoverabilityDecision.RetryAfter(type.LongestDelay);
        switch (decision)
        {
            case RecoverabilityDecision.RetryNow:
                LogFailed(engine.Log, exception, job.Id, job.Type, job.Attempts + 1, TimeSpan.Zero);
                return failed with { State = JobStates.Queued };
            case RecoverabilityDecision.RetryAfter after:
                LogFailed(engine.Log, exception, job.Id, job.Type, job.Attempts + 1, after.Delay);
                return failed with { State = JobStates.Retrying, DueAt = now() + (long)Math.Ceiling(after.Delay.TotalMilliseconds), Failures = after.Outage || RecoverabilityPolicy.RetryAfterOf(exception) is not null ? 0 : 1 };
            default:
                LogDead(engine.Log, exception, job.Id, job.Type, ((RecoverabilityDecision.GiveUp)decision).Explanation);
                return failed;
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "Job {Job} ({Type}) was taken for lost while it ran here; nothing of this run is kept")]
    private static partial void LogLost(ILogger logger, Guid job, string type);

    [LoggerMessage(111, LogLevel.Warning, "How job {Job} has ended could not be written; it is found lost when the lease of this process ends")]
    private static partial void LogNotWritten(ILogger logger, Guid job, Exception exception);

    [LoggerMessage(112, LogLevel.Warning, "Job {Job} ({Type}) has failed in attempt {Attempt}; the next in {Delay}")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid job, string type, int attempt, TimeSpan delay);

    [LoggerMessage(113, LogLevel.Error, "Job {Job} ({Type}) is dead: {Reason}")]
    private static partial void LogDead(ILogger logger, Exception exception, Guid job, string type, string reason);
}
