using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

internal sealed class OutboxAdministration<TDbContext>(OutboxEngine<TDbContext> engine) : IOutboxAdministration<TDbContext>
    where TDbContext : DbContext
{
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync(cancellationToken);
        return await OutboxStatusReader.ReadAsync(session, cancellationToken);
    }

    public async Task<long> ReleaseParkedAsync(CancellationToken cancellationToken)
    {
        using var turn = await engine.Gate.EnterAsync(cancellationToken);
        await using var session = await engine.OpenAsync(cancellationToken);
        var parked = (await OutboxStatusReader.ReadAsync(session, cancellationToken)).Parked;
        await session.ExecuteAsync(engine.Dialect.Statements.OutboxUnpark, cancellationToken);
        return parked;
    }

    public async Task WaitUntilDrainedAsync(CancellationToken cancellationToken)
    {
        await engine.WhenNothingIsDueAsync(cancellationToken);
        await engine.Relay.DrainAsync(cancellationToken);
    }
}
