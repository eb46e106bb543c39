namespace Bus.Core.Recoverability;

/// <summary>
/// Bounds what retries add to an endpoint's load when much fails at once: retries may be at most a share of first attempts, plus a fixed rate so that
/// a quiet endpoint can retry too. Both count over a window that fades out. Thread-safe; a first attempt costs one interlocked increment.
/// The idea is the retry budget of Twitter's Finagle (com.twitter.finagle.service.RetryBudget).
/// </summary>
public sealed class RetryBudget
{
    private readonly TimeProvider _clock;
    private readonly double _share;
    private readonly double _perSecond;
    private readonly double _window;
    private readonly Lock _lock = new();
    private long _firstAttempts;
    private long _seenAttempts;
    private long _seenAt;
    private double _tokens;

    /// <summary>A budget that begins with what the fixed rate gives in one window.</summary>
    /// <param name="share">Retries per first attempt: 0.2 is one retry for five messages. Not negative.</param>
    /// <param name="perSecond">Retries a second that are always allowed. Not negative.</param>
    /// <param name="window">Over how long unused retries are remembered; above zero.</param>
    /// <param name="clock">The clock.</param>
    public RetryBudget(double share, double perSecond, TimeSpan window, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfNegative(perSecond);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        (_share, _perSecond, _window, _clock) = (share, perSecond, window.TotalSeconds, clock);
        _tokens = perSecond * _window;
        _seenAt = clock.GetTimestamp();
    }

    /// <summary>A message is tried for the first time.</summary>
    public void CountFirstAttempt() => Interlocked.Increment(ref _firstAttempts);

    /// <summary>Whether a retry could be had now.</summary>
    public bool HasLeft
    {
        get
        {
            lock (_lock)
            {
                Settle();
                return _tokens >= 1;
            }
        }
    }

    /// <summary>Takes one retry; false if none is left.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            Settle();
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }

    // What came in since the last look is credited, and everything fades with the time that passed; so a first attempt itself needs no clock.
    private void Settle()
    {
        var now = _clock.GetTimestamp();
        var elapsed = _clock.GetElapsedTime(_seenAt, now).TotalSeconds;
        var attempts = Interlocked.Read(ref _firstAttempts);
        // Of a long quiet stretch only the part inside the window still counts.
        var recent = elapsed <= _window ? 1 : _window / elapsed;
        _tokens *= Math.Exp(-elapsed / _window);
        _tokens += (_share * (attempts - _seenAttempts) * recent) + (_perSecond * _window * (1 - Math.Exp(-elapsed / _window)));
        (_seenAttempts, _seenAt) = (attempts, now);
    }
}
