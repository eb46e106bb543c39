using Microsoft.EntityFrameworkCore;

namespace Bus.Host.Schema;

/// <summary>What the three databases say differently about keeping a schema's version.</summary>
/// <param name="Database">The folder of its scripts.</param>
/// <param name="Lock">Keeps other processes out until the transaction ends; null where the transaction itself does.</param>
/// <param name="CreateTable">Creates the table of versions unless it is there.</param>
internal sealed record SchemaDialect(string Database, string? Lock, string CreateTable)
{
    public const string Read = "SELECT version, checksum FROM bus_schema ORDER BY version";

    public const string Insert = "INSERT INTO bus_schema (version, applied_at, checksum) VALUES (@version, @applied_at, @checksum)";

    private const string CreateIfAbsent =
        "CREATE TABLE IF NOT EXISTS bus_schema (version INTEGER NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL, checksum VARCHAR(64) NOT NULL)";

    // BEGIN IMMEDIATE is the lock.
    private static readonly SchemaDialect Sqlite = new("sqlite", null, CreateIfAbsent);

    private static readonly SchemaDialect Postgres = new("postgres", "SELECT pg_advisory_xact_lock(4207001)", CreateIfAbsent);

    private static readonly SchemaDialect SqlServer = new(
        "sqlserver",
        "EXEC sp_getapplock @Resource = 'bus_schema', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000",
        "IF OBJECT_ID('bus_schema') IS NULL CREATE TABLE bus_schema (version INT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL, checksum VARCHAR(64) NOT NULL)");

    public static SchemaDialect Of(DbContext context) => context.Database.ProviderName switch
    {
        "Npgsql.EntityFrameworkCore.PostgreSQL" => Postgres,
        "Microsoft.EntityFrameworkCore.SqlServer" => SqlServer,
        "Microsoft.EntityFrameworkCore.Sqlite" => Sqlite,
        var other => throw new NotSupportedException($"There are no schema scripts for the EF Core provider {other}. Use SQLite, PostgreSQL or SQL Server."),
    };
}
