namespace Bus.Persistence.Timers;

/// <summary>Where a cancel of a timer is sent to. Nothing leaves for there: what is captured for it takes the timer away with its commit.</summary>
internal static class TimerAddress
{
    // An address that every transport can read, since the endpoint is made before anything is captured.
    public static readonly Uri Cancellations = new("queue:bus-timer-cancellations");
}
