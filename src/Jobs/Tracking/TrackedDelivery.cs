namespace Bus.Jobs.Tracking;

/// <summary>The last attempts of the tracked consumers at what one delivery brought. Thread-safe: they run side by side.</summary>
internal sealed class TrackedDelivery
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Consumer, Type Message), ITrackedAttempt> _attempts = [];

    public void Set(string consumer, Type message, ITrackedAttempt attempt)
    {
        lock (_lock)
            _attempts[(consumer, message)] = attempt;
    }

    public ITrackedAttempt? Find(string consumer, Type message)
    {
        lock (_lock)
            return _attempts.GetValueOrDefault((consumer, message));
    }
}

/// <summary>What a delivery asks of an attempt, whatever its database.</summary>
internal interface ITrackedAttempt
{
    /// <summary>There will be no other. Never throws.</summary>
    Task GiveUpAsync();
}
