using Microsoft.Extensions.DependencyInjection;

namespace Bus.Services.Orders.Journal;

/// <summary>Reads orders beside the consumer's own transaction, which would begin with the read and stay open while the consumer asks somebody far away. Thread-safe.</summary>
internal sealed class OrderReader(IServiceScopeFactory scopes)
{
    /// <inheritdoc cref="OrderJournal.RequireAsync"/>
    public async Task<OrderSnapshot> RequireAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OrderJournal>().RequireAsync(orderId, cancellationToken);
    }
}
