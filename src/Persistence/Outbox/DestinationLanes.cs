namespace Bus.Persistence.Outbox;

/// <summary>
/// Keeps a destination that takes nothing, such as a full queue, from holding up the others: each may have a quarter of the relay's window in flight, and one whose sends
/// were not confirmed in time a single one until that succeeds. What has to wait does so in the order in which it came. Thread-safe.
/// </summary>
internal sealed class DestinationLanes(int window)
{
    private readonly int _limit = Math.Max(1, window / 4);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>True when the record may be sent now: its end is to be told. Else it is kept until <see cref="TakeWaiting"/> gives it out.</summary>
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
            return false;
        }
    }

    /// <summary>The send of a record has ended. <paramref name="confirmed"/>: null says nothing about the destination.</summary>
    public void Leave(OutboxRecord record, bool? confirmed)
    {
        lock (_lock)
        {
            var lane = _lanes[record.Destination.OriginalString];
            lane.InFlight--;
            lane.IsStuck = !confirmed ?? lane.IsStuck;
            if (lane is { InFlight: 0, IsStuck: false, Waiting.Count: 0 })
                _lanes.Remove(record.Destination.OriginalString);
        }
    }

    /// <summary>The next record for the same destination that may be sent now: its end is to be told too. Null when none waits or may be.</summary>
    public OutboxRecord? TakeWaiting(OutboxRecord after)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue(after.Destination.OriginalString, out var lane) || lane.Waiting.Count == 0 || lane.InFlight >= Limit(lane))
                return null;
            lane.InFlight++;
            return lane.Waiting.Dequeue();
        }
    }

    private int Limit(Lane lane) => lane.IsStuck ? 1 : _limit;

    private sealed class Lane
    {
        public Queue<OutboxRecord> Waiting { get; } = new();

        public int InFlight { get; set; }

        public bool IsStuck { get; set; }
    }
}
