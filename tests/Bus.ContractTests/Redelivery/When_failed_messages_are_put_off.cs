using Bus.TestSupport;

namespace Bus.ContractTests.Redelivery;

public class When_failed_messages_are_put_off_beside_a_queue_file : FailedMessagesContract
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

public sealed class When_failed_messages_are_put_off_in_one_file : When_failed_messages_are_put_off_beside_a_queue_file
{
    public override ValueTask InitializeAsync()
    {
        Settings["Bus:Sqlite:OneFile"] = "true";
        return base.InitializeAsync();
    }
}

/// <summary>Without a plug-in of the broker.</summary>
public sealed class When_failed_messages_are_put_off_on_RabbitMq_and_postgres : FailedMessagesContract
{
    private TestPostgres _database = null!;
    private TestRabbitMq _broker = null!;

    protected override bool HasPartitionKeys => false;

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
