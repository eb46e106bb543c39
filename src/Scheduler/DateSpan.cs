namespace Bus.Scheduler;

/// <summary>The days from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
/// <param name="First">The first day.</param>
/// <param name="Last">The last day, not before the first.</param>
public readonly record struct DateSpan(DateOnly First, DateOnly Last)
{
    internal bool Contains(DateOnly date) => date >= First && date <= Last;
}
