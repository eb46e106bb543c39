using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>The jobs that this process has: those that run, and those that were taken ahead and wait for one of them to end. Thread-safe.</summary>
/// <param name="concurrency">How many run at once.</param>
/// <param name="run">Runs one; never throws.</param>
/// <param name="ended">Called when one has ended.</param>
/// <param name="isLimited">Whether others wait for the end of jobs of that type; such ones begin before those that were taken ahead.</param>
internal sealed class JobPool(int concurrency, Func<RunningJob, Task> run, Action ended, Func<string, bool> isLimited)
{
    private readonly ConcurrentDictionary<Guid, RunningJob> _held = new();
    private readonly Lock _lock = new();
    private readonly Queue<RunningJob> _first = new();
    private readonly Queue<RunningJob> _waiting = new();
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>Whether it has none.</summary>
    public bool IsEmpty => _held.IsEmpty;

    /// <summary>How many could begin now, less those that wait; negative when more wait.</summary>
    public int Room
    {
        get
        {
            lock (_lock)
                return concurrency - _running - _first.Count - _waiting.Count;
        }
    }

    /// <summary>How many of types with limits may be taken: as many as could begin at once, and one that begins when the next ends, whatever was taken ahead.</summary>
    public int RoomForLimited
    {
        get
        {
            lock (_lock)
                return Math.Max(concurrency - _running - _first.Count, _first.Count == 0 ? 1 : 0);
        }
    }

    /// <summary>How many it has of types with limits.</summary>
    public int Limited => _held.Values.Count(held => isLimited(held.Job.Type));

    /// <summary>Whether it has one that several processes have died of.</summary>
    public bool HasSuspect => _held.Values.Any(held => held.Job.Crashes >= QueueClaim.Suspect);

    /// <summary>How many run.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
                return _running;
        }
    }

    /// <summary>Whether a run under that claim is here.</summary>
    public bool Holds(Guid id, long claim) => _held.TryGetValue(id, out var held) && held.Job.Claim == claim;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Begins them, as many as there is room for, and the others one after the other.</summary>
    public void Add(IReadOnlyList<ClaimedJob> jobs, Guid owner)
    {
        foreach (var job in jobs)
        {
            var held = new RunningJob(job, owner);
            // An earlier run of it may still be here, which was taken for lost.
            if (_held.TryGetValue(job.Id, out var earlier))
                earlier.Stop(StopReason.Lost);
            _held[job.Id] = held;
            lock (_lock)
                (isLimited(job.Type) || job.Crashes > 0 ? _first : _waiting).Enqueue(held);
        }

        BeginWaiting();
    }

    /// <summary>Stops the run of a job, if it is here.</summary>
    public void Cancel(Guid id)
    {
        if (_held.TryGetValue(id, out var held))
            held.Stop(StopReason.Cancelled);
    }

    /// <summary>Stops what was taken under another lease.</summary>
    public void StopOthers(Guid owner)
    {
        foreach (var held in _held.Values.Where(held => held.Owner != owner))
            held.Stop(StopReason.Lost);
    }

    /// <summary>Those that it has now.</summary>
    public IReadOnlyList<RunningJob> Snapshot() => [.. _held.Values];

    /// <summary>Stops those of them that are not among what the table says this process has.</summary>
    public static void StopLost(IReadOnlyList<RunningJob> held, HashSet<(Guid Id, long Claim)> known)
    {
        foreach (var one in held.Where(one => !known.Contains((one.Job.Id, one.Job.Claim))))
            one.Stop(StopReason.Lost);
    }

    /// <summary>Stops all.</summary>
    public void StopAll()
    {
        foreach (var held in _held.Values)
            held.Stop(StopReason.Stopping);
    }

    /// <summary>Takes some of those out that wait: each must be released.</summary>
    public IReadOnlyList<RunningJob> TakeWaiting(Func<RunningJob, bool> which)
    {
        lock (_lock)
        {
            List<RunningJob> taken = [];
            foreach (var queue in new[] { _first, _waiting })
            {
                for (var left = queue.Count; left > 0; left--)
                {
                    var held = queue.Dequeue();
                    if (which(held))
                        taken.Add(held);
                    else
                        queue.Enqueue(held);
                }
            }

            return taken;
        }
    }

    /// <summary>It is not this process's any more.</summary>
    public void Release(RunningJob held)
    {
        // Of the same job a later claim may be held already.
        _held.TryRemove(new KeyValuePair<Guid, RunningJob>(held.Job.Id, held));
        held.Dispose();
        lock (_lock)
        {
            if (!_held.IsEmpty)
                return;
            _idle.TrySetResult();
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Ends when this process has no job.</summary>
    public async Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task idle;
            lock (_lock)
            {
                if (_held.IsEmpty)
                    return;
                idle = _idle.Task;
            }

            await idle.WaitAsync(cancellationToken);
        }
    }

    private void BeginWaiting()
    {
        while (true)
        {
            RunningJob? next;
            lock (_lock)
            {
                if (_running >= concurrency || !(_first.TryDequeue(out next) || _waiting.TryDequeue(out next)))
                    return;
                _running++;
            }

            _ = Detached.Run(() => RunAsync(next));
        }
    }

    private async Task RunAsync(RunningJob held)
    {
        try
        {
            await run(held);
        }
        finally
        {
            lock (_lock)
                _running--;
            Release(held);
            BeginWaiting();
            ended();
        }
    }
}
