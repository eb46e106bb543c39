using Bus.TestSupport;

namespace Bus.ScenarioTests.Notifications;

/// <summary>What a user gets who sets nothing.</summary>
public sealed class When_people_are_told_from_files : NotificationScenarios
{
    protected override IEnumerable<string> Settings => [];
}

/// <summary>RabbitMQ and PostgreSQL.</summary>
public sealed class When_people_are_told_from_servers : NotificationScenarios
{
    private TestRabbitMq? _broker;
    private TestPostgres? _database;

    protected override IEnumerable<string> Settings =>
        ["--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={_broker!.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={_database!.ConnectionString}"];

    public override async ValueTask InitializeAsync() => (_broker, _database) = (await TestRabbitMq.CreateVirtualHostAsync(), await TestPostgres.CreateDatabaseAsync());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
