using Microsoft.Extensions.DependencyInjection;

namespace Bus.Services.Orders.Journal;

/// <summary>
/// Reads, or writes, apart from the message's own commit: in the consumer's scope the transaction would begin with the first statement, and stay open while a gateway or a carrier is asked, or a file is written. Thread-safe.
/// </summary>
internal sealed class Aside(IServiceScopeFactory scopes)
{
    /// <summary>A row as it is now; null if there is none.</summary>
    public Task<TRow?> FindAsync<TRow>(CancellationToken cancellationToken, params object[] key)
        where TRow : class => RunAsync<OrderDb, TRow?>(async db => await db.Set<TRow>().FindAsync(key, cancellationToken));

    /// <summary>The order as its facts tell it now.</summary>
    /// <exception cref="OrderMissingException">There is none.</exception>
    public Task<OrderSnapshot> RequireAsync(Guid orderId, CancellationToken cancellationToken) =>
        RunAsync<OrderJournal, OrderSnapshot>(journal => journal.RequireAsync(orderId, cancellationToken));

    /// <summary>Runs in a scope of its own.</summary>
    public async Task<TResult> RunAsync<TService, TResult>(Func<TService, Task<TResult>> act)
        where TService : notnull
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }
}
