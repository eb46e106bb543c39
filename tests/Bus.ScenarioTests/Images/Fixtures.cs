using Bus.TestSupport;

namespace Bus.ScenarioTests.Images;

/// <summary>In-memory transport, SQLite.</summary>
public sealed class MemoryAndSqlite : ImageAppFixture
{
    protected override Task<IEnumerable<string>> SettingsAsync() => Task.FromResult<IEnumerable<string>>(["--Bus:Transport=InMemory"]);
}

/// <summary>What a user gets who sets nothing: queues in a SQLite file, and the service's own data in another.</summary>
public sealed class TwoSqliteFiles : ImageAppFixture
{
    protected override Task<IEnumerable<string>> SettingsAsync() => Task.FromResult<IEnumerable<string>>([]);
}

/// <summary>Queues and the service's own data in one SQLite file.</summary>
public sealed class OneSqliteFile : ImageAppFixture
{
    protected override Task<IEnumerable<string>> SettingsAsync() => Task.FromResult<IEnumerable<string>>(["--Bus:Sqlite:OneFile=true"]);
}

/// <summary>RabbitMQ, SQLite.</summary>
public sealed class RabbitMqAndSqlite : ImageAppFixture
{
    private TestRabbitMq? _broker;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task<IEnumerable<string>> SettingsAsync()
    {
        _broker ??= await TestRabbitMq.CreateVirtualHostAsync();
        return ["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={_broker.Uri}"];
    }
}

/// <summary>RabbitMQ, PostgreSQL.</summary>
public sealed class RabbitMqAndPostgreSql : ImageAppFixture
{
    private TestRabbitMq? _broker;
    private TestPostgres? _database;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task<IEnumerable<string>> SettingsAsync()
    {
        _broker ??= await TestRabbitMq.CreateVirtualHostAsync();
        _database ??= await TestPostgres.CreateDatabaseAsync();
        return
        [
            "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={_broker.Uri}",
            "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={_database.ConnectionString}",
        ];
    }
}
