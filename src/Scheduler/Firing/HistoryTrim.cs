namespace Bus.Scheduler.Firing;

/// <summary>Says when the history of a schedule is to be cut: not at every run, what is over the limit by a few does no harm; and of many schedules not all at once. Not thread-safe.</summary>
internal sealed class HistoryTrim(int keep)
{
    private readonly int _every = Math.Max(1, keep / 5);
    private readonly Dictionary<string, int> _written = new(StringComparer.Ordinal);

    public bool IsDue(string schedule, int written)
    {
        var all = _written.GetValueOrDefault(schedule, (int)((uint)schedule.GetHashCode(StringComparison.Ordinal) % (uint)_every)) + written;
        _written[schedule] = all >= _every ? 0 : all;
        return all >= _every;
    }
}
