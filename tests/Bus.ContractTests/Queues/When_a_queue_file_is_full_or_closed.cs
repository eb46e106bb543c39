using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_a_queue_file_is_full_or_closed
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_slow_a_sender_down_and_then_refuse_it_when_a_queue_is_full()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.DeclareQueueAsync("small", new QueueOptions { MaxLength = 2, FullTimeout = TimeSpan.FromMilliseconds(300) }, None);
        await file.SendAsync("small", TestQueueFile.Text("1"), None);
        await file.SendAsync("small", TestQueueFile.Text("2"), None);

        var refused = await Assert.ThrowsAsync<QueueFullException>(() => file.SendAsync("small", TestQueueFile.Text("3"), None));
        Assert.Contains("small", refused.Message, StringComparison.Ordinal);

        var waiting = file.SendAsync("small", TestQueueFile.Text("4"), None);
        var consumer = new TestConsumer(file, "small");
        Assert.Equal("1", await consumer.NextTextAsync());
        await waiting;
        Assert.Equal("2", await consumer.NextTextAsync());
        Assert.Equal("4", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_refuse_one_sender_and_serve_the_others_of_its_commit()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.DeclareQueueAsync("full", new QueueOptions { MaxLength = 1, FullTimeout = TimeSpan.Zero }, None);
        await file.SendAsync("full", TestQueueFile.Text("1"), None);

        var sends = Enumerable.Range(0, 20).Select(i => file.SendAsync(i % 2 == 0 ? "full" : "work", TestQueueFile.Text($"{i}"), None)).ToArray();
        for (var i = 0; i < sends.Length; i++)
        {
            if (i % 2 == 0)
                await Assert.ThrowsAsync<QueueFullException>(() => sends[i]);
            else
                await sends[i];
        }

        Assert.Equal(new QueueDepth(10, 0, 0), await DepthAsync(file, "work"));
        Assert.Equal(new QueueDepth(1, 0, 0), await DepthAsync(file, "full"));
    }

    [Fact]
    public async Task Should_take_a_temporary_queue_away_with_its_process()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var other = await test.OpenAsync();
        await other.DeclareQueueAsync("answers", new QueueOptions { Temporary = true }, None);
        await other.SubscribeAsync("topic", "answers", null, None);
        await file.PublishAsync("topic", TestQueueFile.Text("1"), None);
        Assert.Equal(1, (await DepthAsync(file, "answers")).Ready);

        await other.DisposeAsync();

        Assert.DoesNotContain("answers", (await file.DepthsAsync(None)).Keys);
        await file.PublishAsync("topic", TestQueueFile.Text("2"), None);
        Assert.DoesNotContain("answers", (await file.DepthsAsync(None)).Keys);
    }

    [Fact]
    public async Task Should_keep_a_temporary_queue_that_another_process_reads()
    {
        await using var test = new TestQueueFile();
        var (one, other) = (await test.OpenAsync(), await test.OpenAsync());
        await one.DeclareQueueAsync("shared", new QueueOptions { Temporary = true }, None);
        await other.DeclareQueueAsync("shared", new QueueOptions { Temporary = true }, None);
        var consumer = new TestConsumer(other, "shared");
        await other.SendAsync("shared", TestQueueFile.Text("1"), None);
        Assert.Equal("1", await consumer.NextTextAsync());

        await one.DisposeAsync();
        await other.SendAsync("shared", TestQueueFile.Text("2"), None);
        Assert.Equal("2", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_hand_back_what_is_out_when_the_file_is_closed()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var other = await test.OpenAsync();
        await other.SendAsync("work", TestQueueFile.Text("done"), None);
        await other.SendAsync("work", TestQueueFile.Text("held"), None);
        var consumer = new TestConsumer(other, "work");
        await consumer.NextTextAsync();
        await consumer.NextAsync();
        await other.DisposeAsync();

        var again = await new TestConsumer(file, "work").NextAsync();
        Assert.Equal("held", again.Text());
        Assert.Equal(0, again.Deliveries);
        Assert.Equal(new QueueDepth(0, 1, 0), await DepthAsync(file, "work"));
    }

    [Fact]
    public async Task Should_hand_back_what_processes_have_died_of_too()
    {
        await using var test = new TestQueueFile();
        var (file, other) = (await test.OpenAsync(), await test.OpenAsync());
        await other.SendAsync("work", TestQueueFile.Text("1"), None);
        await new TestConsumer(other, "work").NextAsync();
        // More often than it may here: a process that allows more has let it go on.
        await test.ExecuteAsync("UPDATE busq_delivery SET crashes = 5, started = 1");
        await other.DisposeAsync();

        var again = await new TestConsumer(file, "work").NextAsync();
        await again.StartAsync();
        await again.MoveAsync("done", [], None);
        Assert.DoesNotContain("work_error", (await file.DepthsAsync(None)).Keys);
    }

    [Fact]
    public async Task Should_answer_who_ends_a_delivery_after_the_file_was_closed()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        var held = await new TestConsumer(file, "work").NextAsync();
        var token = held.LeaseLost;
        await file.DisposeAsync();

        await Assert.ThrowsAsync<LeaseLostException>(() => held.MoveAsync("work_error", [], None));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => file.SendAsync("work", TestQueueFile.Text("2"), None));
        await using var registration = token.Register(() => { });
        Assert.True(token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
    }

    private static async Task<QueueDepth> DepthAsync(QueueFile file, string queue) => (await file.DepthsAsync(None))[queue];
}
