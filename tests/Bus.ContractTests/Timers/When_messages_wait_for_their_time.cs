using Bus.TestSupport;
using MassTransit;

namespace Bus.ContractTests.Timers;

public sealed class When_messages_wait_for_their_time_on_sqlite : TimerContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_messages_wait_for_their_time_on_postgres : TimerContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_messages_wait_for_their_time_beside_a_queue_file : TimerContract
{
    protected override TemporaryFolder QueueFolder(TemporaryFolder folder) => folder;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_messages_wait_for_their_time_in_one_file : TimerContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

/// <summary>Without a plug-in of the broker.</summary>
public sealed class When_messages_wait_for_their_time_on_RabbitMq_and_postgres : TimerContract
{
    private TestRabbitMq _broker = null!;

    protected override Action<IBusRegistrationConfigurator> Transport => registration => registration.UsingRabbitMq((context, bus) =>
    {
        bus.Host(_broker.Uri);
        bus.ConfigureEndpoints(context);
    });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    protected override async Task<TestDatabase> CreateAsync()
    {
        _broker = await TestRabbitMq.CreateVirtualHostAsync();
        return await TestDatabase.PostgresAsync();
    }
}
