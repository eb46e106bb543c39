using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Orders.Journal;

/// <summary>The tables of orders in the service's own context, whichever that is: rows and outgoing messages commit together there.</summary>
internal sealed class OrderDb(DbContext context)
{
    /// <summary>The facts.</summary>
    public DbSet<OrderEventRow> Events => context.Set<OrderEventRow>();

    /// <summary>The name of Entity Framework's provider.</summary>
    public string? Provider => context.Database.ProviderName;

    /// <summary>Another table of orders.</summary>
    public DbSet<TEntity> Set<TEntity>()
        where TEntity : class => context.Set<TEntity>();

    /// <summary>Commits the rows and the messages published in this scope. Not in a consumer, where the endpoint commits them.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) => context.SaveChangesAsync(cancellationToken);

    /// <summary>
    /// Commits what <paramref name="write"/> adds, and the messages that <paramref name="publish"/> publishes once the rows are written: where one of them is refused, none of the messages is left behind for another save.
    /// Not in a consumer. Begin and first statement are one round trip on PostgreSQL; the rows, the messages and the commit are one each. The context tracks nothing afterwards.
    /// </summary>
    /// <exception cref="DbUpdateException">Somebody else was first; nothing was written.</exception>
    public async Task CommitAsync(Func<Task> write, Func<Task> publish, CancellationToken cancellationToken)
    {
        var savepoints = context.Database.AutoSavepointsEnabled;
        // Nothing here goes on after a failed save: a savepoint would cost two round trips for nothing.
        context.Database.AutoSavepointsEnabled = false;
        try
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            await write();
            await context.SaveChangesAsync(cancellationToken);
            await publish();
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            Forget();
            context.Database.AutoSavepointsEnabled = savepoints;
        }
    }

    /// <summary>Forgets what was not saved.</summary>
    public void Forget() => context.ChangeTracker.Clear();
}
