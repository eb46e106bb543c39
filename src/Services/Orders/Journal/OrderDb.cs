using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Journal;

/// <summary>The tables of orders in the service's own context, whichever that is: rows and outgoing messages commit together there.</summary>
internal sealed class OrderDb(DbContext context)
{
    /// <summary>The facts.</summary>
    public DbSet<OrderEventRow> Events => context.Set<OrderEventRow>();

    /// <summary>Another table of orders.</summary>
    public DbSet<TEntity> Set<TEntity>()
        where TEntity : class => context.Set<TEntity>();

    /// <summary>Commits the rows and the messages published in this scope. Not in a consumer, where the endpoint commits them.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) => context.SaveChangesAsync(cancellationToken);

    /// <summary>Forgets what was not saved.</summary>
    public void Forget() => context.ChangeTracker.Clear();
}
