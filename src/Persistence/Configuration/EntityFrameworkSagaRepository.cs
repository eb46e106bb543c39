using Bus.Persistence.Sagas;
using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Bus.Persistence;

/// <summary>
/// Makes a saga repository by hand, for an endpoint that is configured without a container. An event without an instance is dropped, as with
/// MassTransit's own; conflicts are tried again inside the repository.
/// </summary>
public static class EntityFrameworkSagaRepository<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Optimistic concurrency on a DbContext for every message.</summary>
    public static ISagaRepository<TSaga> CreateOptimistic(
        Func<DbContext> dbContextFactory, Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null, bool isTransactionEnabled = true) =>
        CreateOptimistic(new DelegateSagaDbContextFactory<TSaga>(dbContextFactory), queryCustomization, isTransactionEnabled);

    /// <summary>Optimistic concurrency on the factory's DbContext.</summary>
    public static ISagaRepository<TSaga> CreateOptimistic(
        ISagaDbContextFactory<TSaga> dbContextFactory, Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null,
        bool isTransactionEnabled = true) =>
        Create(dbContextFactory, new SagaRepositorySettings<TSaga>
        {
            Mode = ConcurrencyMode.Optimistic,
            UseTransaction = isTransactionEnabled,
            Customize = queryCustomization,
        });

    /// <summary>Pessimistic concurrency on a DbContext for every message; without a lock statement provider the database's own is used.</summary>
    public static ISagaRepository<TSaga> CreatePessimistic(
        Func<DbContext> dbContextFactory, ILockStatementProvider? lockStatementProvider = null,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null) =>
        CreatePessimistic(new DelegateSagaDbContextFactory<TSaga>(dbContextFactory), lockStatementProvider, queryCustomization);

    /// <summary>Pessimistic concurrency on the factory's DbContext; without a lock statement provider the database's own is used.</summary>
    public static ISagaRepository<TSaga> CreatePessimistic(
        ISagaDbContextFactory<TSaga> dbContextFactory, ILockStatementProvider? lockStatementProvider = null,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null) =>
        Create(dbContextFactory, new SagaRepositorySettings<TSaga> { LockStatements = lockStatementProvider, Customize = queryCustomization });

    private static SagaRepository<TSaga> Create(ISagaDbContextFactory<TSaga> contexts, SagaRepositorySettings<TSaga> settings)
    {
        var runtime = new SagaRuntime<TSaga>(
            settings with { MissingInstance = MissingInstanceBehavior.Discard },
            Options.Create(new SagaRepositoryOptions()),
            new ServiceCollection().BuildServiceProvider());
        var factory = new EntityFrameworkSagaRepositoryContextFactory<TSaga>(contexts, new SagaConsumeContextFactory<DbContext, TSaga>(), runtime);
        return new SagaRepository<TSaga>(new RetryingSagaRepositoryContextFactory<TSaga>(factory, runtime), factory, factory);
    }
}
