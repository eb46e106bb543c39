using Bus.TestSupport;

namespace Bus.ContractTests.Tracking;

public class When_plain_consumers_are_tracked_beside_a_queue_file : TrackedConsumerContract
{
    private readonly TemporaryFolder _folder = new();

    public override ValueTask InitializeAsync()
    {
        Settings["Bus:DataFolder"] = _folder["data"];
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class When_plain_consumers_are_tracked_in_one_file : When_plain_consumers_are_tracked_beside_a_queue_file
{
    public override ValueTask InitializeAsync()
    {
        Settings["Bus:Sqlite:OneFile"] = "true";
        return base.InitializeAsync();
    }
}

public sealed class When_plain_consumers_are_tracked_on_RabbitMq_and_postgres : TrackedConsumerContract
{
    private TestPostgres _database = null!;
    private TestRabbitMq _broker = null!;

    public override async ValueTask InitializeAsync()
    {
        _broker = await TestRabbitMq.CreateVirtualHostAsync();
        _database = await TestPostgres.CreateDatabaseAsync();
        Settings["Bus:Transport"] = "RabbitMq";
        Settings["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString();
        Settings["Bus:Database"] = "PostgreSql";
        Settings["ConnectionStrings:Bus"] = _database.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
