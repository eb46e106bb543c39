using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Sagas;

/// <summary>What kind of database a DbContext is on, as far as sagas care.</summary>
internal enum SagaDatabase
{
    /// <summary>Not relational: no transactions, no locks.</summary>
    None = 0,
    Sqlite,
    PostgreSql,
    SqlServer,

    /// <summary>Relational, but none that we know a lock statement for.</summary>
    Other,
}

internal static class SagaDatabases
{
    public static SagaDatabase Of(DbContext db) => db.Database.ProviderName switch
    {
        "Microsoft.EntityFrameworkCore.Sqlite" => SagaDatabase.Sqlite,
        "Npgsql.EntityFrameworkCore.PostgreSQL" => SagaDatabase.PostgreSql,
        "Microsoft.EntityFrameworkCore.SqlServer" => SagaDatabase.SqlServer,
        _ => db.Database.IsRelational() ? SagaDatabase.Other : SagaDatabase.None,
    };
}
