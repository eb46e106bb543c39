using System.Diagnostics;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// What the writer is asked to do. Sends wake it; acknowledgements wait for each other a little, since nobody waits for them. Thread-safe, for one taker.
/// </summary>
internal sealed class Mailbox(Doorbell bell)
{
    private const int ManyAcknowledgements = 64;
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromMilliseconds(3);

    // About half of what a commit to disk takes.
    private static readonly TimeSpan LingerFor = TimeSpan.FromMicroseconds(150);

    private readonly Lock _gate = new();
    private List<IOperation> _urgent = [];
    private List<IOperation> _lazy = [];
    private long _lazySince;
    private int _arrived;
    private Ring _heard;
    private bool _isWaiting;
    private bool _isClosed;

    /// <summary>
    /// How many were answered by the last commit. They are likely to come with their next at once: waiting for them a moment makes one commit of what would be several. For the taker.
    /// </summary>
    public int Expected { get; set; }

    /// <returns>False when it is closed: the operation will never be done.</returns>
    public bool TryAdd(IOperation operation)
    {
        bool wake;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _urgent.Add(operation);
            _arrived++;
            wake = TakeWaiting();
        }

        RingIf(wake);
        return true;
    }

    /// <param name="operation">What is to be done, at the latest 3 ms from now.</param>
    /// <param name="isNeeded">Whether a consumer waits for the room that it makes.</param>
    /// <returns>False when it is closed: the operation will never be done.</returns>
    public bool TryAddLazy(IOperation operation, bool isNeeded)
    {
        bool wake;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            if (_lazy.Count == 0)
                _lazySince = Stopwatch.GetTimestamp();
            _lazy.Add(operation);
            // The writer is woken for the first, to look at its watch, and when it is time; not for each.
            wake = (isNeeded || _lazy.Count is 1 or ManyAcknowledgements) && TakeWaiting();
        }

        RingIf(wake);
        return true;
    }

    /// <summary>Another may have put something there.</summary>
    public void Poke()
    {
        bool wake;
        lock (_gate)
        {
            Hear(Ring.Look);
            wake = TakeWaiting();
        }

        RingIf(wake);
    }

    /// <summary>Takes no more from now on.</summary>
    public void Close()
    {
        bool wake;
        lock (_gate)
        {
            _isClosed = true;
            wake = TakeWaiting();
        }

        RingIf(wake);
    }

    /// <summary>Waits until there is something to do, and takes it.</summary>
    /// <param name="batch">Gets what there is; must be empty.</param>
    /// <param name="isStarving">Whether a consumer waits for what acknowledgements make room for.</param>
    /// <param name="longest">How long to wait at most.</param>
    /// <param name="addWaiting">Adds what was put off and may be tried again.</param>
    /// <param name="heard">What others have said since the last time.</param>
    /// <returns>False when it is closed and empty.</returns>
    public bool Take(ref List<IOperation> batch, Func<bool> isStarving, Func<TimeSpan> longest, Action<List<IOperation>> addWaiting, out Ring heard)
    {
        WaitUntilDue(isStarving, longest);
        Linger();
        lock (_gate)
        {
            // What is done makes room for what is sent, first for those who have waited.
            (batch, _lazy) = (_lazy, batch);
            addWaiting(batch);
            batch.AddRange(_urgent);
            _urgent.Clear();
            heard = _heard;
            _heard = Ring.Own;
            return !_isClosed || batch.Count > 0;
        }
    }

    private void WaitUntilDue(Func<bool> isStarving, Func<TimeSpan> longest)
    {
        // A writer that never has to wait hears other processes too.
        var rung = bell.Wait(TimeSpan.Zero);
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                Hear(rung);
                _isWaiting = !IsDue(isStarving, longest, out wait);
                if (!_isWaiting)
                    return;
            }

            rung = bell.Wait(wait);
        }
    }

    // By giving the processor away, not by a timer: those who are expected may need it.
    private void Linger()
    {
        var since = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _arrived) is > 0 and var arrived && arrived < Expected && Stopwatch.GetElapsedTime(since) < LingerFor)
            Thread.Yield();
        Volatile.Write(ref _arrived, 0);
    }

    private bool IsDue(Func<bool> isStarving, Func<TimeSpan> longest, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_urgent.Count > 0 || _heard != Ring.Own || _isClosed || _lazy.Count >= ManyAcknowledgements || isStarving())
            return true;
        wait = longest();
        if (_lazy.Count > 0 && AcknowledgeWithin - Stopwatch.GetElapsedTime(_lazySince) is var left && left < wait)
            wait = left;
        return wait <= TimeSpan.Zero;
    }

    private void Hear(Ring ring) => _heard = ring > _heard ? ring : _heard;

    // One ring is enough, and outside the lock: the writer needs it as its first thing.
    private bool TakeWaiting()
    {
        var wasWaiting = _isWaiting;
        _isWaiting = false;
        return wasWaiting;
    }

    private void RingIf(bool wake)
    {
        if (wake)
            bell.RingOwn();
    }
}
