using System.Collections.Concurrent;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>The broker refuses what a queue with <c>x-overflow</c> = <c>reject-publish</c> cannot hold: the outbox keeps it, tries again, and goes on with the rest.</summary>
public sealed class When_a_queue_on_RabbitMq_is_full : DatabaseContract
{
    private const int Sent = 16;

    private readonly ConcurrentQueue<int> _seen = new();
    private readonly TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Should_send_to_others_meanwhile_and_the_rest_when_there_is_room()
    {
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync();
        await using var service = await StartAsync(broker);
        await service.InScopeAsync(async (db, scope) =>
        {
            var narrow = await scope.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(new Uri("exchange:narrow"));
            for (var number = 0; number < Sent; number++)
                await narrow.Send(new Command(number));
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => !_seen.IsEmpty);

        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(1));
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1);
        Assert.Single(_seen);
        var status = await service.Administration.GetStatusAsync(CancellationToken.None);
        Assert.True(status.Waiting >= Sent - 5, $"{status.Waiting} wait");

        _room.SetResult();
        await Eventually.AssertAsync(() => _seen.Distinct().Count() == Sent, TimeSpan.FromMinutes(3), () => string.Join(", ", _seen));
        await service.DrainAsync();
        Assert.Equal(0, (await service.Administration.GetStatusAsync(CancellationToken.None)).Parked);
    }

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();

    private Task<OutboxService> StartAsync(TestRabbitMq broker) => OutboxService.StartAsync<PlainConsumer>(
        Database,
        outbox =>
        {
            // Fewer than are sent to the full queue, and longer than the test waits for the others.
            outbox.Options.MessageDeliveryLimit = 8;
            outbox.Options.MessageDeliveryTimeout = TimeSpan.FromMinutes(2);
        },
        transport: registration => registration.UsingRabbitMq((context, bus) =>
        {
            bus.Host(broker.Uri);
            bus.ReceiveEndpoint("narrow", endpoint =>
            {
                endpoint.PrefetchCount = 1;
                endpoint.ConfigureConsumeTopology = false;
                endpoint.SetQueueArgument("x-max-length", 2);
                endpoint.SetQueueArgument("x-overflow", "reject-publish");
                endpoint.Handler<Command>(async message =>
                {
                    _seen.Enqueue(message.Message.Number);
                    await _room.Task;
                });
            });
            bus.ConfigureEndpoints(context);
        }));
}
