namespace Bus.Persistence;

/// <summary>Locks a row of PostgreSQL with <c>FOR UPDATE</c>.</summary>
public sealed class PostgresLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>Uses the model's schema. <paramref name="enableSchemaCaching"/> is taken for compatibility: statements are kept per model.</summary>
    public PostgresLockStatementProvider(bool enableSchemaCaching = true)
        : base(null) => _ = enableSchemaCaching;

    /// <summary>Uses <paramref name="schemaName"/> for tables without a schema in the model.</summary>
    public PostgresLockStatementProvider(string schemaName, bool enableSchemaCaching = true)
        : base(schemaName) => _ = enableSchemaCaching;

    /// <summary>With <c>xmin</c>, which <c>*</c> leaves out and which may be mapped as row version.</summary>
    protected override string Columns => "*, xmin";

    /// <inheritdoc />
    protected override string Ending => " FOR UPDATE";
}
