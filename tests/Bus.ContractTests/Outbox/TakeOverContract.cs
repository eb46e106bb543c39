using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>What one process committed and cannot send any more is sent by another, on every database.</summary>
public abstract class TakeOverContract : DatabaseContract
{
    /// <summary>True where the messages travel through a file of queues; else in memory.</summary>
    protected virtual bool QueueFile => false;

    [Fact]
    public async Task Should_send_what_a_dead_process_left()
    {
        var dead = await StartAsync(outbox => outbox.UseBusOutbox(delivery => delivery.DisableDeliveryService()));
        for (var number = 0; number < 50; number++)
            await PublishAsync(dead, number);
        Assert.Equal(50, (await dead.Administration.GetStatusAsync(CancellationToken.None)).Waiting);
        await using var living = await StartAsync();
        await using var rival = await StartAsync();
        await Eventually.AssertAsync(() => living.Journal.Notes.Count + rival.Journal.Notes.Count >= 50);
        await living.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 50), living.Journal.Notes.Concat(rival.Journal.Notes).Select(note => note.Number).Order());
        await dead.DisposeAsync();
    }

    [Fact]
    public async Task Should_send_what_a_dead_process_left_when_the_sender_pauses_amid_it()
    {
        await using var sender = await StartAsync(outbox => outbox.Options.OwnerLease = TimeSpan.FromMilliseconds(500));
        // Keeps the thread of the first send until the time for it has run out, as a pause of the whole process does.
        var (sends, hasPaused) = (0, false);
        var pause = new BeforeSend(context =>
        {
            if (Interlocked.Increment(ref sends) == 1)
                hasPaused = context.CancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            return Task.CompletedTask;
        });
        using var sending = sender.Bus.ConnectSendObserver(pause);
        using var publishing = sender.Bus.ConnectPublishObserver(pause);
        await using var dead = await StartAsync(outbox => outbox.UseBusOutbox(delivery => delivery.DisableDeliveryService()));
        await dead.InScopeAsync(async (db, publish) =>
        {
            for (var number = 0; number < 20; number++)
                await publish.Publish(new Note(number));
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(async () => (await dead.Administration.GetStatusAsync(CancellationToken.None)).Waiting == 0);
        await Eventually.AssertAsync(() => sender.Journal.Notes.Select(note => note.Number).Distinct().Count() == 20, because: () => $"{sender.Journal.Notes.Count} came");
        Assert.True(hasPaused);
    }

    [Fact]
    public async Task Should_send_what_a_living_process_does_not_send_itself()
    {
        await using var writer = await StartAsync(outbox => outbox.UseBusOutbox(delivery => delivery.DisableDeliveryService()));
        await using var sender = await StartAsync();
        for (var number = 0; number < 20; number++)
            await PublishAsync(writer, number);
        await Eventually.AssertAsync(() => sender.Journal.Notes.Count >= 20);
        await sender.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 20), sender.Journal.Notes.Select(note => note.Number).Order());
    }

    private static Task PublishAsync(OutboxService service, int number) => service.InScopeAsync(async (db, publish) =>
    {
        await publish.Publish(new Note(number));
        await db.SaveChangesAsync();
    });

    private Task<OutboxService> StartAsync(Action<IEntityFrameworkOutboxConfigurator>? outbox = null) => OutboxService.StartAsync<PlainConsumer>(Database, outbox, queueFile: QueueFile);
}
