namespace Bus.Persistence.Timers;

/// <summary>What a send that is to be captured says of a timer.</summary>
/// <param name="Token">Whose.</param>
/// <param name="Due">When it is due; null takes it away.</param>
internal sealed record TimerOrder(Guid Token, DateTimeOffset? Due)
{
    /// <summary>In Unix milliseconds, rounded up: never early.</summary>
    public long DueAt => Due is { } due ? due.ToUnixTimeMilliseconds() + (due.Ticks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1) : throw new InvalidOperationException("What takes a timer away is never due.");
}
