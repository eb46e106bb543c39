using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>The jobs that this process has: those that run, and those that were taken ahead and wait for one of them to end. Thread-safe.</summary>
/// <param name="concurrency">How many run at once.</param>
/// <param name="run">Runs one, or some together; never throws.</param>
/// <param name="ended">Called when they have ended.</param>
/// <param name="isLimited">Whether others wait for the end of jobs of that type; such ones begin before those that were taken ahead.</param>
/// <param name="grouping">How jobs of that type are run together; null when each is run by itself. Some together count as one.</param>
internal sealed class JobPool(int concurrency, Func<IReadOnlyList<RunningJob>, Task> run, Action ended, Func<string, bool> isLimited, Func<string, JobGrouping?> grouping)
{
    /// <summary>How many may have ended and wait for their ends to be written beside those that run.</summary>
    private const int MostFreed = 200;

    private readonly ConcurrentDictionary<Guid, RunningJob> _held = new();
    private readonly Lock _lock = new();
    private readonly Queue<List<RunningJob>> _first = new();
    private readonly Queue<List<RunningJob>> _waiting = new();
    private readonly Dictionary<string, List<RunningJob>> _gathering = new(StringComparer.Ordinal);
    private readonly HashSet<RunningJob> _freed = [];
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>Whether it has none.</summary>
    public bool IsEmpty => _held.IsEmpty;

    /// <summary>How many could begin now, less those that wait; negative when more wait. Those that gather do not count until they are together.</summary>
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
                Enqueue(held);
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
                    var group = queue.Dequeue();
                    Take(group);
                    if (group.Count > 0)
                        queue.Enqueue(group);
                }
            }

            foreach (var (type, group) in _gathering.ToArray())
            {
                Take(group);
                if (group.Count == 0)
                    _gathering.Remove(type);
            }

            return taken;

            void Take(List<RunningJob> group)
            {
                taken.AddRange(group.Where(which));
                group.RemoveAll(taken.Contains);
            }
        }
    }

    /// <summary>Its handler has ended: another begins while the end is written, so that a turn at the table has the ends of all who ran meanwhile. Not for one that runs on although it was given up.</summary>
    /// <remarks>Where one runs at a time, it is to the end of what it has in its scope.</remarks>
    public void Free(RunningJob held)
    {
        lock (_lock)
        {
            // Each has a scope, and what is in it.
            if (concurrency == 1 || _freed.Count >= MostFreed || !held.Vacate())
                return;
            _running--;
            _freed.Add(held);
        }

        BeginWaiting();
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

    private void Enqueue(RunningJob held)
    {
        var job = held.Job;
        // One that may spoil the others is run by itself.
        if (grouping(job.Type) is not { } together || job.Attempts > 1 || job.Crashes > 0 || job.Timeout is not null)
        {
            (isLimited(job.Type) || job.Crashes > 0 ? _first : _waiting).Enqueue([held]);
            return;
        }

        held.Gather();
        if (!_gathering.TryGetValue(job.Type, out var group))
        {
            _gathering[job.Type] = group = [];
            _ = Detached.Run(() => CloseAsync(job.Type, group, together.Wait));
        }

        group.Add(held);
        if (group.Count >= together.Size)
            Close(job.Type, group);
    }

    private async Task CloseAsync(string type, List<RunningJob> group, TimeSpan wait)
    {
        await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
        lock (_lock)
        {
            // It may have been full before its time.
            if (_gathering.TryGetValue(type, out var open) && open == group)
                Close(type, group);
        }

        BeginWaiting();
    }

    private void Close(string type, List<RunningJob> group)
    {
        _gathering.Remove(type);
        group.ForEach(held => held.Gathered());
        _waiting.Enqueue(group);
    }

    private void BeginWaiting()
    {
        while (true)
        {
            List<RunningJob>? next;
            lock (_lock)
            {
                if (_running >= concurrency || !(_first.TryDequeue(out next) || _waiting.TryDequeue(out next)))
                    return;
                _running++;
            }

            next[0].Occupy();

            _ = Detached.Run(() => RunAsync(next));
        }
    }

    private async Task RunAsync(List<RunningJob> group)
    {
        try
        {
            await run(group);
        }
        finally
        {
            lock (_lock)
            {
                if (group[0].Vacate())
                    _running--;
                else
                    _freed.Remove(group[0]);
            }

            group.ForEach(Release);
            BeginWaiting();
            ended();
        }
    }
}
