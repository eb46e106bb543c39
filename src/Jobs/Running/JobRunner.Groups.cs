using Bus.Jobs.Handling;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Running;

/// <content>Jobs that are run together: their effects and all their ends commit together, or not at all.</content>
internal sealed partial class JobRunner<TDbContext>
{
    /// <summary>Never throws.</summary>
    /// <param name="group">Jobs of one type.</param>
    /// <param name="type">Their type.</param>
    /// <param name="end">Writes the end of a run that has no transaction of its own; false when the claim is lost.</param>
    public async Task RunGroupAsync(IReadOnlyList<RunningJob> group, JobType type, Func<RunningJob, EndedRun, Task<bool>> end)
    {
        List<BegunJob> begun = [];
        List<Task> ends = [];
        foreach (var running in group)
        {
            running.Begin();
            try
            {
                begun.Add(new BegunJob(running, await BeginAsync(running, type)));
            }
            catch (JobClaimLostException)
            {
                LogLost(engine.Log, running.Job.Id, type.Name);
            }
            catch (Exception exception)
            {
                // It was cancelled or lost while it waited, or cannot be run at all: that is no affair of the others.
                ends.Add(FailAsync(running, exception, end));
            }
        }

        if (begun.Count > 0)
            ends.Add(RunBegunAsync(begun, type, end));
        await Task.WhenAll(ends);
    }

    private async Task RunBegunAsync(List<BegunJob> jobs, JobType type, Func<RunningJob, EndedRun, Task<bool>> end)
    {
        try
        {
            await RunTogetherAsync(jobs, type);
        }
        catch (Exception exception)
        {
            // What was done for all cannot be kept for some. When one is lost, or the process stops, the others have not failed: they are run again, here or elsewhere.
            var isNoFailure = exception is JobClaimLostException || jobs.Exists(job => job.Running.StoppedFor == StopReason.Lost)
                || (exception is OperationCanceledException && jobs.Exists(job => job.Running.StoppedFor == StopReason.Stopping));
            await Task.WhenAll(jobs.Select(job => isNoFailure && job.Running.StoppedFor is not (StopReason.Lost or StopReason.Cancelled)
                ? job.Running.MayEnd(EndedBy.Handler) ? TryEndAsync(job.Running.End(JobStates.Queued), (run, _) => end(job.Running, run)) : Task.CompletedTask
                : FailAsync(job.Running, exception, end)));
        }
    }

    private async Task RunTogetherAsync(List<BegunJob> jobs, JobType type)
    {
        using var stop = new CancellationTokenSource();
        using var timeout = TimeOut(jobs.Min(job => TimeLimit(job.Running.Job, type)), () => jobs.ForEach(job => job.Running.Stop(StopReason.TimedOut)));
        foreach (var running in jobs.Select(job => job.Running))
        {
            running.Token.Register(() =>
            {
                // One that is cancelled does not stop the others.
                if (running.StoppedFor != StopReason.Cancelled)
                    stop.Cancel();
            });
        }

        await InStrategyAsync(() => RunTogetherOnceAsync(jobs, type, stop.Token));
    }

    private async Task RunTogetherOnceAsync(List<BegunJob> jobs, JobType type, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var unit = new ConsumeUnit<TDbContext>(engine, scope.ServiceProvider, default);
        GroupItem[] items = [.. jobs.Select(job => new GroupItem(job.Running.Job.Id, job.Arguments, job.Running.Job.Attempts + 1, job.Running.Job.Claim, job.Running.Token) { Tenant = job.Running.Job.Tenant })];
        unit.Enter();
        try
        {
            await type.Group!.RunAsync(scope.ServiceProvider, items, stop);
            unit.Seal();
            if (!jobs.TrueForAll(job => job.Running.MayEnd(EndedBy.Handler)))
                throw new JobClaimLostException();
            await CommitInOneAsync(unit, [.. jobs.Zip(items, (job, item) => End(job.Running, item, type))], []);
            foreach (var item in items.Where(item => item.Failure is null))
            {
                if (type.Rest.Succeed(item.JobId))
                    news().Tell(jobs[0].Running.Job.Queue);
            }
        }
        finally
        {
            await unit.EndAsync();
        }
    }

    private EndedRun End(RunningJob running, GroupItem item, JobType type)
    {
        if (item.Failure is { } failure)
            return End(running, failure) ?? throw new JobClaimLostException();
        return running.End(JobStates.Succeeded) with { Result = item.Result is { } result ? Bounded(result, type) : null };
    }

    private Task FailAsync(RunningJob running, Exception exception, Func<RunningJob, EndedRun, Task<bool>> end) =>
        running.MayEnd(EndedBy.Handler) && End(running, exception) is { } ended ? TryEndAsync(ended, (run, _) => end(running, run)) : Task.CompletedTask;

    private sealed record BegunJob(RunningJob Running, object Arguments);
}
