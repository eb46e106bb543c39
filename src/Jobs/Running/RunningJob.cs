using Bus.Core.Loops;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>A job that this process has, from its claim to the commit of its end. Thread-safe.</summary>
internal sealed class RunningJob(ClaimedJob job, Guid owner) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly long _taken = TimeProvider.System.GetTimestamp();
    private long _waits = TimeProvider.System.GetTimestamp();
    private int _reason;
    private int _ending;
    private int _occupies;
    private long _alive;
    private long _begun;

    public ClaimedJob Job => job;

    /// <summary>What its handler has logged.</summary>
    public JobLog Log { get; } = new(job.Id, job.Claim);

    /// <summary>How long its type is kept, see <see cref="EndedRun.KeepFor"/>. Set when it begins.</summary>
    public long? KeepFor { get; set; }

    /// <summary>The lease under which it was claimed.</summary>
    public Guid Owner => owner;

    public CancellationToken Token => _stop.Token;

    /// <summary>How long it has waited to begin since it was taken, or since those were together with whom it is run.</summary>
    public TimeSpan Age => Volatile.Read(ref _waits) is > 0 and var since ? TimeProvider.System.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>It, or the group whose first it is, takes one of the process's places to run.</summary>
    public void Occupy() => Volatile.Write(ref _occupies, 1);

    /// <summary>Its place is another's.</summary>
    /// <returns>False when it had none, or has left it.</returns>
    public bool Vacate() => Interlocked.Exchange(ref _occupies, 0) == 1;

    /// <summary>Whether its place is its own until its end is written: what its scope holds is not to be had by many at once, or its handler may run again.</summary>
    public bool KeepsPlace { get; set; }

    /// <summary>Notes that its handler begins.</summary>
    public void Begin() => _begun = TimeProvider.System.GetTimestamp();

    /// <summary>How its run has ended.</summary>
    public EndedRun End(int state)
    {
        var now = TimeProvider.System.GetTimestamp();
        var begun = _begun == 0 ? now : _begun;
        return job.End(state) with
        {
            KeepFor = KeepFor,
            RunMs = (long)TimeProvider.System.GetElapsedTime(begun, now).TotalMilliseconds,
            WaitMs = Math.Max(0, job.StartedAt - job.QueuedAt + (long)TimeProvider.System.GetElapsedTime(_taken, begun).TotalMilliseconds),
        };
    }

    /// <summary>For how long its handler has shown no life; zero until it has begun.</summary>
    public TimeSpan Silence => Volatile.Read(ref _alive) is > 0 and var since ? TimeProvider.System.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Its handler shows life.</summary>
    public void Beat() => Volatile.Write(ref _alive, TimeProvider.System.GetTimestamp());

    /// <summary>Whether what it has come to is being written, or was.</summary>
    public bool IsEnding => Volatile.Read(ref _ending) != 0;

    /// <summary>Lets one say how the run has ended: two ends of one claim in one turn would both be taken for written.</summary>
    /// <returns>False when the other does.</returns>
    public bool MayEnd(EndedBy by) => Interlocked.CompareExchange(ref _ending, (int)by, 0) is var before && (before == 0 || before == (int)by);

    /// <summary>Why its token is cancelled; null while it is not.</summary>
    public StopReason? StoppedFor => Volatile.Read(ref _reason) is > 0 and var reason ? (StopReason)reason : null;

    /// <summary>It waits for others to be run together with it.</summary>
    public void Gather() => Volatile.Write(ref _waits, 0);

    /// <summary>They are together.</summary>
    public void Gathered() => Volatile.Write(ref _waits, TimeProvider.System.GetTimestamp());

    /// <summary>The first reason holds.</summary>
    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) != 0)
            return;
        _ = Detached.Run(CancelAsync);
    }

    public void Dispose() => _stop.Dispose();

    // What a handler does about it is not done by who stops it.
    private async Task CancelAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // It has ended meanwhile, or what a handler registered for its token throws: that is nobody else's affair.
        }
    }
}

/// <summary>Who says how a run has ended.</summary>
internal enum EndedBy
{
    /// <summary>What its handler came to.</summary>
    Handler = 1,

    /// <summary>Who has given it up.</summary>
    Watch,

    /// <summary>Who stops the process.</summary>
    Drain,
}

/// <summary>Why a run is to end before it has.</summary>
internal enum StopReason
{
    /// <summary>Somebody has cancelled the job.</summary>
    Cancelled = 1,

    /// <summary>It has taken longer than it may.</summary>
    TimedOut,

    /// <summary>The process stops.</summary>
    Stopping,

    /// <summary>It has shown no life for too long.</summary>
    Stalled,

    /// <summary>The lease was lost: another process may run it.</summary>
    Lost,
}
