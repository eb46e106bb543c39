namespace Bus.Persistence;

/// <summary>Reads a row of SQLite, which has no row locks: its write transactions take turns.</summary>
public sealed class SqliteLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>Both arguments are taken for compatibility: SQLite has no schemas, and statements are kept per model.</summary>
    public SqliteLockStatementProvider(bool enableSchemaCaching = true)
        : base(null) => _ = enableSchemaCaching;

    /// <summary>Both arguments are taken for compatibility: SQLite has no schemas, and statements are kept per model.</summary>
    public SqliteLockStatementProvider(string schemaName, bool enableSchemaCaching = true)
        : base(null) => _ = (schemaName, enableSchemaCaching);
}
