using Bus.TestSupport;

namespace Bus.ContractTests.Orders;

/// <summary>The row is not locked while the machine runs: who comes second from the other process tries again.</summary>
public sealed class When_many_orders_are_placed_at_once_on_sqlite : OrderSagaContract
{
    private readonly TemporaryFolder _folder = new();

    protected override int MostLostRaces => 800;

    protected override Task<IReadOnlyDictionary<string, string?>> SettingsAsync() =>
        Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Bus:DataFolder"] = _folder.FullPath });

    protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The row is locked from load to commit: only two that both begin an order can lose.</summary>
public sealed class When_many_orders_are_placed_at_once_on_RabbitMq_and_postgres : OrderSagaContract
{
    private TestRabbitMq _broker = null!;
    private TestPostgres _database = null!;

    protected override int MostLostRaces => 20;

    protected override async Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
    {
        (_broker, _database) = (await TestRabbitMq.CreateVirtualHostAsync(), await TestPostgres.CreateDatabaseAsync());
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Bus:Transport"] = "RabbitMq",
            ["Bus:Database"] = "PostgreSql",
            ["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString(),
            ["ConnectionStrings:Bus"] = _database.ConnectionString,
        };
    }

    protected override async ValueTask CleanAsync()
    {
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }
}
