using MassTransit;

namespace Bus.Persistence;

/// <summary>
/// Names the database whose row locks a saga repository uses. Not needed: without it the DbContext's own provider decides.
/// </summary>
public static class SagaLockStatementExtensions
{
    /// <summary>Locks rows as SQL Server does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlServer<T>(this IEntityFrameworkSagaRepositoryConfigurator<T> configurator)
        where T : class, ISaga
    {
        configurator.LockStatementProvider = new SqlServerLockStatementProvider();
        return configurator;
    }

    /// <summary>Locks rows as SQL Server does; <paramref name="schemaName"/> is for tables without a schema in the model.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlServer<T>(this IEntityFrameworkSagaRepositoryConfigurator<T> configurator, string schemaName)
        where T : class, ISaga
    {
        configurator.LockStatementProvider = new SqlServerLockStatementProvider(schemaName);
        return configurator;
    }

    /// <summary>Locks rows as SQL Server does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlServer(this IEntityFrameworkSagaRepositoryConfigurator configurator)
    {
        configurator.LockStatementProvider = new SqlServerLockStatementProvider();
        return configurator;
    }

    /// <summary>Locks rows as SQL Server does; <paramref name="schemaName"/> is for tables without a schema in the model.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlServer(this IEntityFrameworkSagaRepositoryConfigurator configurator, string schemaName)
    {
        configurator.LockStatementProvider = new SqlServerLockStatementProvider(schemaName);
        return configurator;
    }

    /// <summary>Locks rows as PostgreSQL does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UsePostgres<T>(this IEntityFrameworkSagaRepositoryConfigurator<T> configurator)
        where T : class, ISaga
    {
        configurator.LockStatementProvider = new PostgresLockStatementProvider();
        return configurator;
    }

    /// <summary>Locks rows as PostgreSQL does; <paramref name="schemaName"/> is for tables without a schema in the model.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UsePostgres<T>(this IEntityFrameworkSagaRepositoryConfigurator<T> configurator, string schemaName)
        where T : class, ISaga
    {
        configurator.LockStatementProvider = new PostgresLockStatementProvider(schemaName);
        return configurator;
    }

    /// <summary>Locks rows as PostgreSQL does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UsePostgres(this IEntityFrameworkSagaRepositoryConfigurator configurator)
    {
        configurator.LockStatementProvider = new PostgresLockStatementProvider();
        return configurator;
    }

    /// <summary>Locks rows as PostgreSQL does; <paramref name="schemaName"/> is for tables without a schema in the model.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UsePostgres(this IEntityFrameworkSagaRepositoryConfigurator configurator, string schemaName)
    {
        configurator.LockStatementProvider = new PostgresLockStatementProvider(schemaName);
        return configurator;
    }

    /// <summary>Locks rows as SQLite does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<T> UseSqlite<T>(this IEntityFrameworkSagaRepositoryConfigurator<T> configurator)
        where T : class, ISaga
    {
        configurator.LockStatementProvider = new SqliteLockStatementProvider();
        return configurator;
    }

    /// <summary>Locks rows as SQLite does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator UseSqlite(this IEntityFrameworkSagaRepositoryConfigurator configurator)
    {
        configurator.LockStatementProvider = new SqliteLockStatementProvider();
        return configurator;
    }
}
