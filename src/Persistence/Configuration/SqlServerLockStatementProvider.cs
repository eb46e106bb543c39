namespace Bus.Persistence;

/// <summary>Locks a row of SQL Server with the hints UPDLOCK and ROWLOCK.</summary>
public sealed class SqlServerLockStatementProvider : SqlLockStatementProvider
{
    private readonly bool _serializable;

    /// <summary>
    /// Uses the model's schema. With <paramref name="serializable"/> the gap of a row that does not exist is locked too (HOLDLOCK), which makes two
    /// first messages of one instance prone to deadlock. <paramref name="enableSchemaCaching"/> is taken for compatibility: statements are kept per model.
    /// </summary>
    public SqlServerLockStatementProvider(bool enableSchemaCaching = true, bool serializable = false)
        : base(null)
    {
        _ = enableSchemaCaching;
        _serializable = serializable;
    }

    /// <summary>Uses <paramref name="schemaName"/> for tables without a schema in the model.</summary>
    public SqlServerLockStatementProvider(string schemaName, bool enableSchemaCaching = true, bool serializable = false)
        : base(schemaName)
    {
        _ = enableSchemaCaching;
        _serializable = serializable;
    }

    /// <inheritdoc />
    protected override string TableHint => _serializable ? " WITH (UPDLOCK, ROWLOCK, HOLDLOCK)" : " WITH (UPDLOCK, ROWLOCK)";
}
