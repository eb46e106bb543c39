using System.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>Says where sagas are stored and how two messages for one instance are kept apart.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator
{
    /// <summary>
    /// How messages of one instance from several processes are kept apart. Pessimistic (the default): the row is locked from load to
    /// commit. Optimistic: the commit fails if the row has changed meanwhile, and the message is tried again.
    /// </summary>
    ConcurrencyMode ConcurrencyMode { set; }

    /// <summary>
    /// The isolation of the repository's own transaction. Default: READ COMMITTED, which is enough because the row is locked or its version
    /// checked; Serializable only adds serialization failures. On SQLite no transaction is open while a state machine runs, unless
    /// <see cref="System.Data.IsolationLevel.Serializable"/> is set here: then the database's one write lock is held meanwhile.
    /// </summary>
    IsolationLevel IsolationLevel { set; }

    /// <summary>Makes the statement that locks a row. Default: the one for the DbContext's database.</summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <summary>What becomes of an event without an instance. Default: <see cref="SagaRepositoryOptions.MissingInstance"/>.</summary>
    MissingInstanceBehavior MissingInstance { set; }

    /// <summary>Registers the DbContext and uses it. A context that is already registered is left as it is.</summary>
    void AddDbContext<TContext, TImplementation>(Action<IServiceProvider, DbContextOptionsBuilder<TImplementation>>? optionsAction = null)
        where TContext : DbContext
        where TImplementation : DbContext, TContext;

    /// <summary>Makes a DbContext of its own for every message; it is disposed after it. It cannot take part in an outbox's transaction.</summary>
    void DatabaseFactory(Func<DbContext> databaseFactory);

    /// <summary>As <see cref="DatabaseFactory(Func{DbContext})"/>, with the services of the message's scope.</summary>
    void DatabaseFactory(Func<IServiceProvider, Func<DbContext>> databaseFactory);

    /// <summary>Uses the DbContext of the message's scope, and with it the transaction of an outbox on that DbContext.</summary>
    void ExistingDbContext<TContext>()
        where TContext : DbContext;

    /// <summary>Optimistic concurrency; without <paramref name="useTransaction"/> no transaction is open while the state machine runs.</summary>
    void SetOptimisticConcurrency(bool useTransaction = true);
}

/// <summary>As <see cref="IEntityFrameworkSagaRepositoryConfigurator"/>, for one saga.</summary>
public interface IEntityFrameworkSagaRepositoryConfigurator<TSaga> : IEntityFrameworkSagaRepositoryConfigurator
    where TSaga : class, ISaga
{
    /// <summary>Changes the query that loads an instance, for instance to include what belongs to it.</summary>
    void CustomizeQuery(Func<IQueryable<TSaga>, IQueryable<TSaga>> queryCustomization);
}
