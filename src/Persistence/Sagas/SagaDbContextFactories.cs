using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Sagas;

/// <summary>The DbContext of the message's scope: the scope owns it.</summary>
internal sealed class ContainerSagaDbContextFactory<TContext, TSaga>(TContext dbContext) : ISagaDbContextFactory<TSaga>
    where TContext : DbContext
    where TSaga : class, ISaga
{
    public DbContext Create() => dbContext;

    public DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class => dbContext;

    public ValueTask ReleaseAsync(DbContext dbContext) => ValueTask.CompletedTask;
}

/// <summary>A new DbContext each time, disposed after use.</summary>
internal sealed class DelegateSagaDbContextFactory<TSaga>(Func<DbContext> create) : ISagaDbContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public DbContext Create() => create();

    public DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class => create();

    public ValueTask ReleaseAsync(DbContext dbContext) => dbContext.DisposeAsync();
}
