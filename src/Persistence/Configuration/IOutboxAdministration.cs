namespace Bus.Persistence;

/// <summary>Looks into the outbox of a context and releases what was parked. Thread-safe.</summary>
/// <typeparam name="TDbContext">The context whose database holds the outbox.</typeparam>
public interface IOutboxAdministration<TDbContext>
{
    /// <summary>Reads what the outbox holds now.</summary>
    Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>Puts all parked messages back in line, their errors forgotten. They are sent within the query delay.</summary>
    /// <returns>The number of messages that were parked.</returns>
    Task<long> ReleaseParkedAsync(CancellationToken cancellationToken);

    /// <summary>Returns when no timer is due and every message that this process committed has been confirmed and removed, or when the token is cancelled.</summary>
    Task WaitUntilDrainedAsync(CancellationToken cancellationToken);
}
