namespace Bus.Persistence.Inbox;

/// <summary>
/// The keys that this process committed last: a duplicate that comes back to the same process is told without a round trip. Bounded: the oldest half
/// is forgotten when it is full. A key here was committed; one missing here says nothing. Thread-safe.
/// </summary>
internal sealed class RecentKeys(int capacity)
{
    private readonly Lock _lock = new();
    private HashSet<InboxKey> _young = [];
    private HashSet<InboxKey> _old = [];

    public bool Contains(InboxKey key)
    {
        lock (_lock)
            return _young.Contains(key) || _old.Contains(key);
    }

    public void Add(InboxKey key)
    {
        lock (_lock)
        {
            if (_young.Count >= capacity / 2)
            {
                (_old, _young) = (_young, _old);
                _young.Clear();
            }

            _young.Add(key);
        }
    }
}
