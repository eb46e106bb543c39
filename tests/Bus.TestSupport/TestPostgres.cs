using Npgsql;

namespace Bus.TestSupport;

/// <summary>An empty PostgreSQL database for one test or test class, dropped on dispose even while sessions are open.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly string _admin;
    private readonly string _name;

    private TestPostgres(string admin, string name)
    {
        _admin = admin;
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString;
    }

    /// <summary>Npgsql connection string of this database.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates a database on <paramref name="servers"/>, or on the shared ones when null.</summary>
    public static async Task<TestPostgres> CreateDatabaseAsync(TestServers? servers = null)
    {
        servers ??= await TestServers.SharedAsync();
        var database = new TestPostgres(servers.PostgresAdmin, $"bus_{Guid.NewGuid():N}");
        await database.AdministerAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    /// <summary>Runs one statement, with values for <c>$1</c>, <c>$2</c>, …, and returns the count of rows that it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await using var command = await OpenCommandAsync(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs one query, with values for <c>$1</c>, <c>$2</c>, …, and returns the first column of its first row.</summary>
    public async Task<T?> QueryAsync<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await using var command = await OpenCommandAsync(connection, sql, values);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        using (var pool = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pool);
        }

        await AdministerAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static async Task<NpgsqlCommand> OpenCommandAsync(NpgsqlConnection connection, string sql, object[] values)
    {
        await connection.OpenAsync();
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    // The name is made here, of hexadecimal digits: nothing from outside enters the statement.
    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_admin) { Pooling = false }.ConnectionString);
        await using var command = await OpenCommandAsync(connection, sql, []);
        await command.ExecuteNonQueryAsync();
    }
}
