namespace Bus.Persistence;

/// <summary>What the outbox tables hold now, of all processes.</summary>
/// <param name="Waiting">Messages committed and not yet confirmed by the broker.</param>
/// <param name="OldestAge">Age of the oldest of them; zero when there is none.</param>
/// <param name="Parked">Messages given up as poison; they wait for <see cref="IOutboxAdministration{TDbContext}.ReleaseParkedAsync"/>.</param>
public sealed record OutboxStatus(long Waiting, TimeSpan OldestAge, long Parked);
