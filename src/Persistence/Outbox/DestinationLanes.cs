namespace Bus.Persistence.Outbox;

/// <summary>
/// Keeps a destination that takes nothing, such as a full queue, from holding up the others: each has a window of its own, of a single send once one was not confirmed, until one is. What has to
/// wait does so in the order in which it came. When memory is short the longest line is closed: it counts no more and takes no more until most of it has left. Thread-safe.
/// </summary>
/// <param name="window">Sends at a time to one destination.</param>
/// <param name="memory">How many records may wait; a quarter of it is a long line.</param>
internal sealed class DestinationLanes(int window, int memory)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private volatile int _closed;
    private volatile int _setAside;

    /// <summary>Raised when a closed line is short again: the table may have more for it.</summary>
    public event Action? Opened;

    /// <summary>How many wait in closed lines.</summary>
    public int SetAside => _setAside;

    /// <summary>The destinations whose lines are closed.</summary>
    public IReadOnlyList<string> Closed
    {
        get
        {
            lock (_lock)
                return _closed == 0 ? [] : [.. _lanes.Where(lane => lane.Value.IsClosed).Select(lane => lane.Key)];
        }
    }

    /// <returns>Whether it may be sent now, and its end is to be told; else it is kept until <see cref="TakeWaiting"/> gives it out.</returns>
    public bool TryEnter(OutboxRecord record)
    {
        lock (_lock)
        {
            var key = record.Destination.OriginalString;
            if (!_lanes.TryGetValue(key, out var lane))
                _lanes.Add(key, lane = new Lane());
            if (lane.Waiting.Count == 0 && lane.InFlight < Limit(lane))
            {
                lane.InFlight++;
                return true;
            }

            lane.Waiting.Enqueue(record);
            if (lane.IsClosed)
                _setAside++;
            return false;
        }
    }

    /// <summary>The destination of a record, which has not left yet, does not take it now.</summary>
    public void Refused(OutboxRecord record)
    {
        lock (_lock)
            _lanes[record.Destination.OriginalString].IsStuck = true;
    }

    /// <summary>The send of a record has ended. <paramref name="confirmed"/>: null says nothing about the destination.</summary>
    public void Leave(OutboxRecord record, bool? confirmed)
    {
        lock (_lock)
        {
            var lane = _lanes[record.Destination.OriginalString];
            lane.InFlight--;
            if (confirmed == true)
                lane.IsStuck = false;
            // One that refused is remembered until what it refused comes again.
            if (lane is { InFlight: 0, Waiting.Count: 0 } && confirmed != false)
                _lanes.Remove(record.Destination.OriginalString);
        }
    }

    /// <summary>The next record for the same destination that may be sent now: its end is to be told too. Null when none waits or may be.</summary>
    public OutboxRecord? TakeWaiting(OutboxRecord after)
    {
        OutboxRecord record;
        lock (_lock)
        {
            if (!_lanes.TryGetValue(after.Destination.OriginalString, out var lane) || lane.Waiting.Count == 0 || lane.InFlight >= Limit(lane))
                return null;
            lane.InFlight++;
            record = lane.Waiting.Dequeue();
            if (!lane.IsClosed)
                return record;
            _setAside--;
            if (lane.Waiting.Count > lane.OpensAt)
                return record;
            lane.IsClosed = false;
            _closed--;
            _setAside -= lane.Waiting.Count;
        }

        Opened?.Invoke();
        return record;
    }

    /// <summary>False while the line of the record's destination is closed.</summary>
    public bool IsOpen(OutboxRecord record)
    {
        if (_closed == 0)
            return true;
        lock (_lock)
            return !_lanes.TryGetValue(record.Destination.OriginalString, out var lane) || !lane.IsClosed;
    }

    /// <summary>Closes the longest line. The more are closed, the shorter are those that may be: together they stay about as long as memory allows.</summary>
    /// <returns>What has to leave memory; null when no line is long.</returns>
    public List<OutboxRecord>? CloseLongest()
    {
        lock (_lock)
        {
            var allowed = memory / 4 / (1 + _closed);
            var lane = _lanes.Values.Where(lane => !lane.IsClosed).MaxBy(lane => lane.Waiting.Count);
            if (lane is null || lane.Waiting.Count <= allowed)
                return null;
            List<OutboxRecord> excess = _setAside + lane.Waiting.Count > memory ? [.. lane.Waiting.Skip(Math.Max(1, allowed))] : [];
            lane.Close(without: excess.Count, opensAt: allowed / 2);
            _closed++;
            _setAside += lane.Waiting.Count;
            return excess;
        }
    }

    private int Limit(Lane lane) => lane.IsStuck ? 1 : window;

    private sealed class Lane
    {
        public Queue<OutboxRecord> Waiting { get; private set; } = new();

        public int InFlight { get; set; }

        public bool IsStuck { get; set; }

        public bool IsClosed { get; set; }

        public int OpensAt { get; private set; }

        public void Close(int without, int opensAt)
        {
            (IsClosed, OpensAt) = (true, opensAt);
            if (without > 0)
                Waiting = new Queue<OutboxRecord>(Waiting.Take(Waiting.Count - without));
        }
    }
}
