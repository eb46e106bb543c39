using Bus.TestSupport;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Testcontainers.MsSql;

namespace Bus.SqlServerTests;

/// <summary>An empty database on a real SQL Server: the one that BUS_TEST_SQLSERVER names, or a container that all tests share.</summary>
internal sealed class SqlServer : TestDatabase
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static string? _server;

    private readonly string _admin;
    private readonly string _name = $"bus_{Guid.NewGuid():N}";

    private SqlServer(string admin) => _admin = admin;

    private string ConnectionString => new SqlConnectionStringBuilder(_admin) { InitialCatalog = _name }.ConnectionString;

    /// <exception cref="InvalidOperationException">There is neither a server nor Docker.</exception>
    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new SqlServer(await FindAsync());
        // As docs/MOVING.md asks of a production database: readers do not wait for writers.
        await database.AdministerAsync($"CREATE DATABASE {database._name}; ALTER DATABASE {database._name} SET READ_COMMITTED_SNAPSHOT ON");
        return database;
    }

    public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Bus:Database"] = "SqlServer", ["ConnectionStrings:Bus"] = ConnectionString };

    public override void Configure(DbContextOptionsBuilder options) => options.UseSqlServer(ConnectionString);

    public override async ValueTask DisposeAsync()
    {
        using (var pool = new SqlConnection(ConnectionString))
            SqlConnection.ClearPool(pool);
        await AdministerAsync($"ALTER DATABASE {_name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {_name}");
    }

    private static async Task<string> FindAsync()
    {
        await Starting.WaitAsync();
        try
        {
            return _server ??= await StartAsync();
        }
        finally
        {
            Starting.Release();
        }
    }

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("BUS_TEST_SQLSERVER") is { Length: > 0 } own)
            return own;
        try
        {
            // Its end, also a violent one, takes the container with it.
            var container = new MsSqlBuilder("mcr.microsoft.com/mssql/server:2022-latest").Build();
            await container.StartAsync();
            return container.GetConnectionString();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                "These tests need a SQL Server: start Docker, or put the connection string of a server on which databases may be created into BUS_TEST_SQLSERVER.", exception);
        }
    }

    // The name is made here, of hexadecimal digits: nothing from outside enters the statement.
    private async Task AdministerAsync(string sql)
    {
        await using var connection = new SqlConnection(_admin);
        await connection.OpenAsync();
        foreach (var statement in sql.Split(';'))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync();
        }
    }
}
