namespace Bus.Persistence.Outbox;

/// <summary>The records that this process has in hand, from before their commit until their delete. Thread-safe.</summary>
internal sealed class KnownRecords
{
    private readonly Lock _lock = new();
    private readonly HashSet<(Guid Owner, long Sequence)> _records = [];
    private HashSet<(Guid Owner, long Sequence)>? _deleted;

    public event Action? Removed;

    public int Count
    {
        get
        {
            lock (_lock)
                return _records.Count;
        }
    }

    public bool Contains(Guid owner, long sequence)
    {
        lock (_lock)
            return _records.Contains((owner, sequence));
    }

    public bool Add(Guid owner, long sequence)
    {
        lock (_lock)
            return _deleted?.Contains((owner, sequence)) != true && _records.Add((owner, sequence));
    }

    /// <summary>Until it is disposed, <see cref="Add(Guid, long)"/> refuses what was deleted meanwhile. One sweep at a time.</summary>
    public IDisposable BeginSweep()
    {
        lock (_lock)
            _deleted = [];
        return new Sweep(this);
    }

    public void Deleted(IReadOnlyList<OutboxRecord> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                _records.Remove((record.Owner, record.Sequence));
                _deleted?.Add((record.Owner, record.Sequence));
            }
        }

        Removed?.Invoke();
    }

    public void Add(IReadOnlyList<OutboxRecord> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                if (record.IsRelayed)
                    _records.Add((record.Owner, record.Sequence));
            }
        }
    }

    public void Remove(Guid owner, long sequence)
    {
        lock (_lock)
            _records.Remove((owner, sequence));
        Removed?.Invoke();
    }

    public void Remove(IReadOnlyList<OutboxRecord> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
                _records.Remove((record.Owner, record.Sequence));
        }

        Removed?.Invoke();
    }

    public void Clear()
    {
        lock (_lock)
            _records.Clear();
        Removed?.Invoke();
    }

    private sealed class Sweep(KnownRecords known) : IDisposable
    {
        public void Dispose()
        {
            lock (known._lock)
                known._deleted = null;
        }
    }
}
