using Bus.Core.Recoverability;

namespace Bus.Services.Notifications;

/// <summary>What every channel can be told. Each has its own queue, so that one that is down, or slow, keeps no other waiting.</summary>
public abstract class ChannelOptions
{
    /// <summary>How many deliveries run at once in all processes together, 1 to 1,000. Default 4.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>How many deliveries may begin in a second in all processes together, up to 100,000; 0, the default, for any number.</summary>
    public int PerSecond { get; set; }

    /// <summary>How often a delivery is tried, 1 to 100. Default 10. An attempt that finds the channel itself down, or is asked to come later, does not count.</summary>
    public int Attempts { get; set; } = 10;

    /// <summary>The wait after the first attempt, doubled with each and spread by chance, at most an hour. Default 5 s.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the channel rests when half of what was tried in half a minute found it down, 500 ms to an hour; then one delivery is tried. Default 15 s.</summary>
    public TimeSpan Rest { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>When quiet hours begin, in the recipient's time zone, as <c>HH:mm</c>; what is not urgent waits for their end. Null, the default, for none.</summary>
    public TimeOnly? QuietFrom { get; set; }

    /// <summary>When quiet hours end; before their beginning is on the next day. Null, the default, for none.</summary>
    public TimeOnly? QuietTo { get; set; }

    internal RetrySchedule Retry => new() { MaxAttempts = Attempts, FirstDelay = FirstDelay, MaxDelay = TimeSpan.FromHours(1) };
}
