using Bus.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Bus.Testing.Settling;

/// <summary>The committed messages of an outbox.</summary>
internal sealed class PendingOutbox<TDbContext>(IOutboxAdministration<TDbContext> outbox) : IPendingWork
    where TDbContext : DbContext
{
    public Task WhenIdle(CancellationToken cancellationToken) => outbox.WaitUntilDrainedAsync(cancellationToken);
}
