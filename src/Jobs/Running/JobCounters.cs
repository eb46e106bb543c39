namespace Bus.Jobs.Running;

/// <summary>The names under which this process counts. What two transactions add to one counter they add one after the other: each that may be open beside others has counters of its own. Thread-safe.</summary>
/// <param name="letter">What the names of several such have that lie beside each other in one process; empty for those of jobs.</param>
internal sealed class JobCounters(string letter = "")
{
    private readonly string _letter = letter;
    private readonly Lock _lock = new();
    private readonly SortedSet<int> _free = [];
    private int _made;

    /// <summary>This process, and the counters of the turns of its station.</summary>
    public static string Node { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Those of what is done by hand, and of rescues.</summary>
    public static string ByHand { get; } = $"{Node}#";

    /// <summary>Counters that nobody else has until they are disposed of, after the transaction.</summary>
    public Rented Rent()
    {
        lock (_lock)
        {
            if (_free.Count == 0)
                _free.Add(++_made);
            var number = _free.Min;
            _free.Remove(number);
            return new Rented(this, number);
        }
    }

    /// <summary>Counters for one transaction.</summary>
    internal sealed class Rented(JobCounters from, int number) : IDisposable
    {
        public string Node => $"{JobCounters.Node}#{from._letter}{number}";

        public void Dispose()
        {
            lock (from._lock)
                from._free.Add(number);
        }
    }
}
