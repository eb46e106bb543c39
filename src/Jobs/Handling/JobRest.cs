using Bus.Persistence.Jobs;

namespace Bus.Jobs.Handling;

/// <summary>
/// What this process knows about the circuit of a type: until when none of its jobs begins anywhere, because what its handler calls is known to be away, and which one is tried when it may be back. What is to be told to the others is
/// taken from here, and written. Thread-safe.
/// </summary>
internal sealed class JobRest
{
    // Those that run meet the open circuit one after the other, and mean the same end.
    private static readonly TimeSpan Same = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private long _until;
    private bool _isOpenHere;
    private bool _isOpenElsewhere;
    private JobProbe? _probe;
    private long _probedAt;
    private RestChange? _untold;

    /// <summary>Whether none begins.</summary>
    public bool IsResting
    {
        get
        {
            lock (_lock)
                return _until > Environment.TickCount64;
        }
    }

    /// <summary>Whether the circuit was found open, here or elsewhere, and no job has succeeded since: none begins but one to try.</summary>
    public bool IsDoubted
    {
        get
        {
            lock (_lock)
                return _isOpenHere || _isOpenElsewhere;
        }
    }

    /// <summary>Whether one may be tried, as far as this process knows: one that does not come back is waited for as long as one of another process.</summary>
    public bool MayProbe
    {
        get
        {
            lock (_lock)
                return (_isOpenHere || _isOpenElsewhere) && (_probe is null || Environment.TickCount64 - _probedAt > JobLimits.ProbeFor) && _until <= Environment.TickCount64;
        }
    }

    /// <summary>Whether one that was taken and has not begun is for later.</summary>
    public bool KeepsBack(Guid job)
    {
        lock (_lock)
            return (_until > Environment.TickCount64 || _isOpenHere || _isOpenElsewhere) && _probe?.Job != job;
    }

    /// <summary>A run has met the open circuit, which stays open for so long: all processes shall know.</summary>
    public void Open(TimeSpan time)
    {
        lock (_lock)
        {
            var until = Environment.TickCount64 + (long)Math.Ceiling(time.TotalMilliseconds);
            var isNew = !_isOpenHere || until > _until + (long)Same.TotalMilliseconds || _probe is not null;
            _until = Math.Max(until, _until);
            _isOpenHere = true;
            _probe = null;
            if (isNew)
                _untold = new RestChange.Opened((long)Math.Ceiling(time.TotalMilliseconds));
        }
    }

    /// <summary>What the table says.</summary>
    /// <param name="left">For how long it rests, less than zero when that has passed; null when its circuit is closed.</param>
    public void See(TimeSpan? left)
    {
        lock (_lock)
        {
            // The look may have been before what is still to be told.
            if (_untold is RestChange.Closed)
                return;
            _isOpenElsewhere = left is not null;
            var until = left is { } time ? Environment.TickCount64 + (long)time.TotalMilliseconds : 0;
            // What was met here is known here.
            _until = _isOpenHere ? Math.Max(_until, until) : until;
        }
    }

    /// <summary>A job was taken to be tried.</summary>
    public void Try(JobProbe probe)
    {
        lock (_lock)
            (_probe, _probedAt) = (probe, Environment.TickCount64);
    }

    /// <summary>A job has succeeded.</summary>
    /// <returns>Whether it was the one that was tried: others may begin.</returns>
    public bool Succeed(Guid job)
    {
        lock (_lock)
        {
            if (_probe?.Job != job)
                return false;
            if (_probe.RestsUntil is { } until)
                _untold = new RestChange.Closed(until);
            (_isOpenHere, _isOpenElsewhere, _probe) = (false, false, null);
            return true;
        }
    }

    /// <summary>A run has ended; if it was the one that was tried, and has neither succeeded nor met the open circuit, another is tried.</summary>
    /// <returns>Whether that is so.</returns>
    public bool End(Guid job)
    {
        lock (_lock)
        {
            if (_probe?.Job != job)
                return false;
            if (_probe.RestsUntil is { } until)
                _untold = new RestChange.Untold(until, _probe.ProbeUntil);
            _probe = null;
            return true;
        }
    }

    /// <summary>Takes what is to be told to the others; null for nothing.</summary>
    public RestChange? TakeUntold()
    {
        lock (_lock)
        {
            var untold = _untold;
            _untold = null;
            return untold;
        }
    }

    /// <summary>It could not be told.</summary>
    public void TellAgain(RestChange change)
    {
        lock (_lock)
            _untold ??= change;
    }
}
