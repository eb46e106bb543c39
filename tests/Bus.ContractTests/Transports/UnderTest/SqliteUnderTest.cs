using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bus.ContractTests.Transports.UnderTest;

public sealed class SqliteUnderTest : TransportUnderTest
{
    private readonly TemporaryFolder _folder = new();

    public override TransportColumn Column => TransportFeatures.Sqlite;

    /// <summary>How long a node may be silent before others take what it holds.</summary>
    public TimeSpan LockDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the queues are.</summary>
    public string File => _folder["queues.db"];

    public override async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await base.DisposeAsync();
    }

    public override void Use(IBusRegistrationConfigurator registration, NodeSetup setup) =>
        registration.UsingSqlite((context, bus) =>
        {
            bus.Host(host => (host.Path, host.LockDuration) = (File, LockDuration));
            setup.Apply(context, bus);
        });

    public override async Task<long?> CountAsync(string queue)
    {
        await using var file = await QueueFile.OpenAsync(new QueueFileOptions { Path = File }, NullLogger.Instance, CancellationToken.None);
        return (await file.DepthsAsync(CancellationToken.None)).GetValueOrDefault(queue).Ready;
    }

    public override void RouteByKey<T>(IBusFactoryConfigurator bus)
    {
        // Every topic routes by key.
    }

    public override void Subscribe<T>(IReceiveEndpointConfigurator endpoint, string routingKey) => ((ISqliteReceiveEndpointConfigurator)endpoint).Subscribe<T>(routingKey);

    public override void EnablePriority(IReceiveEndpointConfigurator endpoint)
    {
        // Every queue knows them.
    }

    public override void SetPriority(SendContext context, byte priority) => context.TrySetSqlitePriority(priority);

    public override void LimitLength(IReceiveEndpointConfigurator endpoint, int length, TimeSpan wait)
    {
        var queue = (ISqliteReceiveEndpointConfigurator)endpoint;
        queue.MaxLength = length;
        queue.FullTimeout = wait;
    }

    public override void PurgeOnStart(IReceiveEndpointConfigurator endpoint) => ((ISqliteReceiveEndpointConfigurator)endpoint).PurgeOnStartup = true;

    public override void LetOthersOvertake(IReceiveEndpointConfigurator endpoint) => ((ISqliteReceiveEndpointConfigurator)endpoint).PartitionFailure = PartitionFailure.Overtake;

    public override void UseScheduler(NodeSetup setup)
    {
        // It has one of its own.
    }
}
