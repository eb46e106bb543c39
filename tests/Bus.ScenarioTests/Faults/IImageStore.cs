using Bus.TestSupport;
using Microsoft.Data.Sqlite;

namespace Bus.ScenarioTests.Faults;

/// <summary>Where an <see cref="ImageSystem"/> keeps its rows and messages, to be looked at from outside.</summary>
internal interface IImageStore : IAsyncDisposable
{
    IEnumerable<string> Settings { get; }

    Task<long> CountAsync(string folder, string sql);

    /// <summary>The steps that the saga of an image has noted.</summary>
    Task<string?> StepsAsync(string folder, Guid image);

    /// <summary>How many messages each queue holds.</summary>
    Task<IReadOnlyDictionary<string, long>> DepthsAsync(string folder);
}

internal sealed class BrokerAndPostgres(TestRabbitMq broker, TestPostgres database) : IImageStore
{
    public IEnumerable<string> Settings =>
        ["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}"];

    public Task<long> CountAsync(string folder, string sql) => database.QueryAsync<long>(sql);

    public Task<string?> StepsAsync(string folder, Guid image) => database.QueryAsync<string>("SELECT steps FROM image_saga WHERE image_id = $1", image);

    public Task<IReadOnlyDictionary<string, long>> DepthsAsync(string folder) => broker.QueueDepthsAsync();

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        await database.DisposeAsync();
    }
}

/// <summary>Queues and service in one SQLite file.</summary>
internal sealed class OneSqliteFile : IImageStore
{
    public IEnumerable<string> Settings => ["--Bus:Sqlite:OneFile=true"];

    public async Task<long> CountAsync(string folder, string sql) => await QueryAsync(folder, sql) is long count ? count : 0;

    public async Task<string?> StepsAsync(string folder, Guid image) => await QueryAsync(folder, "SELECT steps FROM image_saga WHERE image_id = $1", image) as string;

    public async Task<IReadOnlyDictionary<string, long>> DepthsAsync(string folder)
    {
        Dictionary<string, long> depths = new(StringComparer.Ordinal);
        await using var connection = await OpenAsync(folder);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT q.name, count(d.id) FROM busq_queue q LEFT JOIN busq_delivery d ON d.queue = q.id GROUP BY q.id";
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            depths[reader.GetString(0)] = reader.GetInt64(1);
        }

        return depths;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<object?> QueryAsync(string folder, string sql, params object[] values)
    {
        await using var connection = await OpenAsync(folder);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(values.Select((value, index) => new SqliteParameter($"${index + 1}", value)));
        return await command.ExecuteScalarAsync();
    }

    private static async Task<SqliteConnection> OpenAsync(string folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "service.db")};Mode=ReadWrite;Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
