using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Bus.Core.Loops;
using Bus.Jobs.Handling;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>
/// Where a process gets its jobs and hands in how they have ended: one turn at the table after the other, each of which writes all ends that have gathered and takes as many jobs as there is room for, in one
/// transaction. Thread-safe.
/// </summary>
internal sealed partial class JobStation<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private const int MostEnds = 500;

    private static readonly TimeSpan ToHeedTheToken = TimeSpan.FromSeconds(5);

    // What was taken ahead and does not begin soon, because long jobs came before it, is for others.
    private static readonly TimeSpan LongestAhead = TimeSpan.FromSeconds(2);

    private readonly Channel<JobEnd> _ends = Channel.CreateUnbounded<JobEnd>(new UnboundedChannelOptions { SingleReader = true });
    private readonly OutboxEngine<TDbContext> _engine;
    private readonly JobCatalog _catalog;
    private readonly JobsOptions _options;
    private readonly JobWaiters _waiters;
    private readonly DeadJobs<TDbContext> _dead;
    private readonly JobPool _pool;
    private readonly JobDemand _demand;
    private readonly ConcurrentQueue<TaskCompletionSource> _lookers = new();
    private TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<JobEnd> _again = [];
    private Action _lost = () => { };
    private volatile bool _takesNoMore;

    public JobStation(OutboxEngine<TDbContext> engine, JobsOptions options, JobCatalog catalog, JobRunner<TDbContext> runner, JobWaiters waiters, DeadJobs<TDbContext> dead)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        (_engine, _options, _catalog, _waiters, _dead) = (engine, options, catalog, waiters, dead);
        _pool = new JobPool(options.Concurrency, jobs => RunAsync(runner, jobs), Wake, type => catalog.Find(type) is { KeepsOthersWaiting: true }, type => catalog.Find(type)?.Group);
        _demand = new JobDemand(catalog, options, _pool);
        Looks = new PulseQuestion("what there is for this process's jobs", TimeSpan.Zero, Ask);
    }

    /// <summary>Whether it could begin another job now.</summary>
    public bool HasRoom => !_takesNoMore && _pool.Room > 0;

    /// <summary>How many handlers run here.</summary>
    public int Running => _pool.Running;

    /// <summary>What is to be done when a look has shown that the process of running jobs is gone. Set before the start.</summary>
    public void WhenLost(Action lost) => _lost = lost;

    /// <summary>Says that a queue may have jobs.</summary>
    public void Hint(string queue)
    {
        _demand.Hint(queue);
        Wake();
    }

    /// <summary>Hears that a queue may have jobs, from anybody on this machine: of more queues than any service has, the look tells.</summary>
    public void Hear(string queue)
    {
        if (!_demand.IsFull)
            Hint(queue);
    }

    /// <summary>Looks at once what is paused, and which runs are to stop; ends when it has, or cannot now.</summary>
    public async Task LookNowAsync(CancellationToken cancellationToken)
    {
        // One look that is under way may have read too early.
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lookers.Enqueue(next);
        Wake();
        await next.Task.WaitAsync(LookEvery * 2, OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops the run of a job, if it is this process's.</summary>
    public void Cancel(Guid id) => _pool.Cancel(id);

    /// <summary>Ends with the pass that is under way or the next, at the latest when it looks.</summary>
    public Task WhenPassed() => Volatile.Read(ref _passed).Task;

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PassAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Exchange(ref _passed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
    /// <summary>Takes no more jobs, gives those that run the time that the options say, and hands back the rest.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _takesNoMore = true;
        await Task.WhenAll(_pool.TakeWaiting(_ => true).Select(HandBackAsync)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var idle = _pool.WhenEmptyAsync(cancellationToken);
        await idle.WaitAsync(_options.StopWithin, OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pool.StopAll();
        await idle.WaitAsync(ToHeedTheToken, OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Those that do not heed their token are others' affair from here on: nothing of these runs is committed. One that is just coming to its end does: handed back in the same turn, both would be taken for written.
        await Task.WhenAll([.. _pool.Snapshot().Where(held => held.MayEnd(EndedBy.Drain)).Select(HandBackAsync), idle]).WaitAsync(ToHeedTheToken, OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        await WriteRestsAsync(cancellationToken);
        if (!TryTakeLook())
            await LookAsync(cancellationToken);
        var ends = _again;
        _again = [];
        while (ends.Count < MostEnds && _ends.Reader.TryRead(out var end))
            ends.Add(end);
        foreach (var end in ends.Where(end => end.Queue is not null))
            _demand.Hint(end.Queue!);
        var wishes = _takesNoMore ? JobWishes.Nothing : _demand.Next();
        if (ends.Count == 0 && wishes.IsEmpty)
            return false;
        BeginTurn();
        try
        {
            await _engine.Database.WaitAsync(cancellationToken);
            var (result, owner) = await TurnAsync(ends, wishes, cancellationToken);
            _demand.Ended(ends.Count(end => end.Run.State != JobStates.Queued));
            _demand.Got(wishes, result.Claimed);
            _demand.Got(wishes, result.Limited);
            HintLater(result.Limited.Waits);
            _pool.Add(result.Claimed, owner);
            Tell(ends, result.Ends);
            return _ends.Reader.TryPeek(out _) || result.Claimed.Count > 0;
        }
        catch (Exception exception)
        {
            _demand.Again(wishes);
            if (ends.Count == 0)
                throw;
            if (_engine.Database.IsUnavailable(exception))
            {
                // What has run is not run again for that: its end waits.
                _again = ends;
                throw;
            }

            await EndOneByOneAsync(ends, cancellationToken);
            return true;
        }
        finally
        {
            EndTurn();
        }
    }

    private async Task RunAsync(JobRunner<TDbContext> runner, IReadOnlyList<RunningJob> jobs)
    {
        var type = _catalog.Find(jobs[0].Job.Type);
        if (type is { Group: not null })
            await runner.RunGroupAsync(jobs, type, (held, run) => EndAsync(held, run, [], held.Log.Left));
        else
            await runner.RunAsync(jobs[0], EndOneAsync);
        foreach (var held in jobs.Where(held => type?.Rest.End(held.Job.Id) == true))
            _demand.Hint(held.Job.Queue);

        Task<bool> EndOneAsync(EndedRun run, IReadOnlyList<OutboxRecord> records)
        {
            // Before the turn looks how much room there is. One that was given up and runs on keeps its place.
            if (!jobs[0].KeepsPlace && jobs[0].MayEnd(EndedBy.Handler))
                _pool.Free(jobs[0]);
            return EndAsync(jobs[0], run, records, jobs[0].Log.Left);
        }
    }

    private Task<bool> EndAsync(RunningJob held, EndedRun run, IReadOnlyList<OutboxRecord> records, IReadOnlyList<JobLogRow> lines)
    {
        // What its limits kept back may go on, and what is queued again may be taken again.
        var mayGoOn = run.State == JobStates.Queued || _catalog.Find(held.Job.Type) is { KeepsOthersWaiting: true };
        var end = new JobEnd(run, records, lines, mayGoOn ? held.Job.Queue : null);
        _ends.Writer.TryWrite(end);
        Wake();
        return end.Task;
    }

    // One of them is broken, and spoils no other.
    private async Task EndOneByOneAsync(List<JobEnd> ends, CancellationToken cancellationToken)
    {
        for (var index = 0; index < ends.Count; index++)
        {
            var end = ends[index];
            try
            {
                var (result, _) = await TurnAsync([end], JobWishes.Nothing, cancellationToken);
                Tell([end], result.Ends);
            }
            catch (Exception exception) when (_engine.Database.IsUnavailable(exception))
            {
                _again = ends[index..];
                throw;
            }
            catch (Exception exception)
            {
                end.TrySetException(exception);
            }
        }
    }

    private async Task HandBackAsync(RunningJob held)
    {
        try
        {
            await EndAsync(held, held.Job.End(JobStates.Queued), [], []);
        }
        catch (Exception exception)
        {
            LogFailed(_engine.Log, exception, LookEvery);
        }
        finally
        {
            if (_catalog.Find(held.Job.Type)?.Rest.End(held.Job.Id) == true)
                Hint(held.Job.Queue);
            _pool.Release(held);
        }
    }

    private (Guid Id, long Claim) Compare(string seen, bool isCancelled)
    {
        var parts = seen.Split(':', 3);
        var (id, claim) = (Guid.Parse(parts[0]), long.Parse(parts[1], CultureInfo.InvariantCulture));
        // It was taken, but nobody heard: the answer to the commit, or the end of its run, was lost.
        if (!_pool.Holds(id, claim))
            EndUnheard(new EndedRun(id, claim, JobStates.Queued) { Line = parts[2].Length > 0 ? parts[2] : null, CallsBack = true, IsCounted = true });
        else if (isCancelled)
            Cancel(id);
        return (id, claim);
    }

    private void EndUnheard(EndedRun run)
    {
        LogUnheard(_engine.Log, run.Id);
        _ends.Writer.TryWrite(new JobEnd(run, [], [], null));
        Wake();
    }

    private void Tell(List<JobEnd> ends, JobEndResult result)
    {
        foreach (var queue in result.Queues)
            Hint(queue);
        if (ends.Exists(end => end.Run.CallsBack))
            Hint(JobDialect.CallbackQueue);
        foreach (var end in ends)
        {
            var stands = result.Written.Contains(end.Run.Id);
            end.TrySetResult(stands);
            if (stands)
                JobMeters.Ended(end.Run);
            if (stands && end.Run.State is JobStates.Succeeded or JobStates.Dead or JobStates.Cancelled)
                _waiters.Ended(end.Run.Id);
        }
    }

    [LoggerMessage(114, LogLevel.Warning, "Jobs could not be taken, or their ends not be written; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(119, LogLevel.Warning, "Job {Job} was taken by this process, but is not here; it is handed back")]
    private static partial void LogUnheard(ILogger logger, Guid job);
}
