using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Bus.ContractTests.Queues;

/// <summary>Triggers play the fault: what is written at the very end of a transaction fails, after all that the transaction was for.</summary>
public sealed class When_a_commit_of_a_queue_file_fails
{
    private const string FailEachEnd = "CREATE TRIGGER fault AFTER UPDATE OF depth ON busq_queue BEGIN SELECT RAISE(ABORT, 'played'); END";
    private const string FailEachSend = "CREATE TRIGGER fault AFTER UPDATE OF next ON busq_counter BEGIN SELECT RAISE(ABORT, 'played'); END";
    private const string Heal = "DROP TRIGGER fault";

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_deliver_what_it_had_claimed_as_soon_as_it_can()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var consumer = new TestConsumer(file, "work", prefetch: 1);
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        await file.SendAsync("work", TestQueueFile.Text("2"), None);
        var first = await consumer.NextAsync();

        // The acknowledgement, the claim that it makes room for, then the depth: one transaction.
        await test.ExecuteAsync(FailEachEnd);
        first.Complete();
        await Assert.ThrowsAsync<QueueFileException>(() => file.SendAsync("other", TestQueueFile.Text("refused"), None));
        Assert.Equal(0, consumer.Buffered);
        await test.ExecuteAsync(Heal);

        Assert.Equal("2", await consumer.NextTextAsync());
        await EmptyAsync(file);
    }

    [Fact]
    public async Task Should_give_nothing_to_a_consumer_whose_registration_failed()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("other", TestQueueFile.Text("-"), None);
        await test.ExecuteAsync(FailEachSend);
        var refused = new List<Delivery>();
        await Assert.ThrowsAsync<QueueFileException>(() => file.ConsumeAsync("work", new ConsumerOptions { Prefetch = 1, OnDelivery = refused.Add }, None));
        await test.ExecuteAsync(Heal);

        var consumer = new TestConsumer(file, "work", prefetch: 1);
        foreach (var text in (string[])["1", "2", "3"])
            Assert.Equal(text, await RoundAsync(file, consumer, text));
        Assert.Empty(refused);
    }

    [Fact]
    public async Task Should_hand_over_none_of_what_it_sent_straight_to_a_consumer()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var consumer = new TestConsumer(file, "work", prefetch: 2);
        Assert.Equal("0", await RoundAsync(file, consumer, "0"));
        await test.ExecuteAsync(FailEachSend);
        await Assert.ThrowsAsync<QueueFileException>(() => file.SendAsync("work", TestQueueFile.Text("refused"), None));
        await test.ExecuteAsync(Heal);

        Assert.Equal("1", await RoundAsync(file, consumer, "1"));
        Assert.Equal("2", await RoundAsync(file, consumer, "2"));
        await EmptyAsync(file);
    }

    [Fact]
    public async Task Should_keep_what_was_committed_when_only_the_waking_of_others_fails()
    {
        await using var test = new TestQueueFile();
        var (file, other) = (await test.OpenAsync(), await test.OpenAsync());
        await test.ExecuteAsync("DROP TABLE busq_reader");
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        await file.SendAsync("work", TestQueueFile.Text("2"), None);

        Assert.Equal(2, (await other.DepthsAsync(None))["work"].Ready);
        await test.ExecuteAsync("CREATE TABLE busq_reader(queue INTEGER NOT NULL, process INTEGER NOT NULL, PRIMARY KEY(queue, process)) WITHOUT ROWID");
    }

    [Fact]
    public async Task Should_do_nothing_twice_where_the_log_cannot_be_written()
    {
        await using var test = new TestQueueFile { Log = new BrokenLogger() };
        var (file, thief) = (await test.OpenAsync(), await test.OpenAsync());
        var consumer = new TestConsumer(file, "work", prefetch: 2);
        await file.SendAsync("work", TestQueueFile.Text("stolen"), None);
        await file.SendAsync("work", TestQueueFile.Text("kept"), None);
        var (stolen, kept) = (await consumer.NextAsync(), await consumer.NextAsync());
        await test.ExecuteAsync("UPDATE busq_delivery SET owner = 999 WHERE id = (SELECT min(id) FROM busq_delivery)");

        // The refusal is logged while the acknowledgements are answered; the second of them must not be written a second time.
        stolen.Complete();
        kept.Abandon(TimeSpan.Zero, counted: true);
        var again = await consumer.NextAsync();
        Assert.Equal("kept", again.Text());
        await file.SendAsync("other", TestQueueFile.Text("1"), None);
        Assert.Equal(1, again.Deliveries);
        Assert.Equal(0, consumer.Buffered);
        Assert.Equal(new QueueDepth(0, 2, 0), (await thief.DepthsAsync(None))["work"]);

        await test.ExecuteAsync(FailEachSend);
        await Assert.ThrowsAsync<QueueFileException>(() => file.SendAsync("work", TestQueueFile.Text("refused"), None));
        await test.ExecuteAsync(Heal);
        await file.SendAsync("work", TestQueueFile.Text("sent"), None);
        Assert.Equal("sent", await consumer.NextTextAsync());
    }

    private static async Task<string> RoundAsync(QueueFile file, TestConsumer consumer, string text)
    {
        await file.SendAsync("work", TestQueueFile.Text(text), None);
        return await consumer.NextTextAsync();
    }

    private static Task EmptyAsync(QueueFile file) => Eventually.AssertAsync(async () => (await file.DepthsAsync(None))["work"] == default);

    private sealed class BrokenLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("The log cannot be written.");
    }
}
