namespace Bus.Jobs.Handling;

/// <summary>Until when this process begins no job of a type, because what its handler calls is known to be away. Thread-safe.</summary>
internal sealed class JobRest
{
    private long _until;

    public bool IsResting => Volatile.Read(ref _until) > Environment.TickCount64;

    /// <summary>Rests at least so long from now.</summary>
    public void For(TimeSpan time)
    {
        var until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        var before = Volatile.Read(ref _until);
        while (until > before && Interlocked.CompareExchange(ref _until, until, before) is var now && now != before)
            before = now;
    }
}
