using System.Text;
using Bus.SqliteTransport.Engine;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_messages_go_through_a_queue_file
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_deliver_in_order_what_was_sent_before_and_after_the_consumer_came()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        await file.SendAsync("work", TestQueueFile.Text("2"), None);
        var consumer = new TestConsumer(file, "work");

        Assert.Equal("1", await consumer.NextTextAsync());
        Assert.Equal("2", await consumer.NextTextAsync());
        await file.SendAsync("work", TestQueueFile.Text("3"), None);
        Assert.Equal("3", await consumer.NextTextAsync());
        Assert.Equal(default, await DepthAsync(file, "work"));
    }

    [Fact]
    public async Task Should_wake_the_consumer_of_another_process()
    {
        await using var test = new TestQueueFile();
        var one = await test.OpenAsync();
        var other = await test.OpenAsync();
        var consumer = new TestConsumer(other, "work");

        for (var i = 0; i < 20; i++)
        {
            await one.SendAsync("work", TestQueueFile.Text($"{i}"), None);
            Assert.Equal($"{i}", await consumer.NextTextAsync());
        }
    }

    [Fact]
    public async Task Should_keep_what_was_sent_when_the_file_is_closed_and_opened()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("kept") with { Headers = [1, 2, 3], RoutingKey = "a.b" }, None);
        await file.DisposeAsync();

        var delivery = await new TestConsumer(await test.OpenAsync(), "work").NextAsync();
        Assert.Equal("kept", delivery.Text());
        Assert.Equal([1, 2, 3], delivery.Headers);
        Assert.Equal("a.b", delivery.RoutingKey);
        Assert.Equal(0, delivery.Deliveries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000_000)]
    public async Task Should_carry_bodies_of_any_size(int bytes)
    {
        await using var test = new TestQueueFile();
        var body = new byte[bytes];
        Array.Fill(body, (byte)7);
        var file = await test.OpenAsync();
        await file.SendAsync("work", new OutgoingMessage { Body = body, Headers = Encoding.UTF8.GetBytes(new string('ü', 32_768)) }, None);

        var delivery = await new TestConsumer(file, "work").NextAsync();
        Assert.Equal(body, delivery.Body);
        Assert.Equal(65_536, delivery.Headers.Length);
    }

    [Fact]
    public async Task Should_copy_what_is_published_to_each_subscriber_once()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SubscribeAsync("base", "audit", null, None);
        await file.SubscribeAsync("derived", "audit", null, None);
        await file.SubscribeAsync("derived", "orders", "eu.*", None);
        await file.SubscribeAsync("derived", "german", "eu.de", None);
        await file.LinkAsync("derived", "base", None);
        await file.LinkAsync("base", "derived", None);

        await file.PublishAsync("derived", TestQueueFile.Text("fr") with { RoutingKey = "eu.fr" }, None);
        await file.PublishAsync("derived", TestQueueFile.Text("de") with { RoutingKey = "eu.de" }, None);
        await file.PublishAsync("nobody", TestQueueFile.Text("lost"), None);

        Assert.Equal(2, (await DepthAsync(file, "audit")).Ready);
        Assert.Equal(2, (await DepthAsync(file, "orders")).Ready);
        Assert.Equal(1, (await DepthAsync(file, "german")).Ready);
        foreach (var (queue, count) in new[] { ("audit", 2), ("orders", 2), ("german", 1) })
        {
            var consumer = new TestConsumer(file, queue);
            for (var i = 0; i < count; i++)
                Assert.Contains(await consumer.NextTextAsync(), (string[])["fr", "de"]);
        }

        await file.UnsubscribeAsync("derived", "german", "eu.de", None);
        await file.PublishAsync("derived", TestQueueFile.Text("de") with { RoutingKey = "eu.de" }, None);
        Assert.Equal(default, await DepthAsync(file, "german"));
    }

    [Fact]
    public async Task Should_never_have_more_out_than_the_prefetch()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        for (var i = 0; i < 20; i++)
            await file.SendAsync("work", TestQueueFile.Text($"{i}"), None);
        var consumer = new TestConsumer(file, "work", prefetch: 3);

        var held = new[] { await consumer.NextAsync(), await consumer.NextAsync(), await consumer.NextAsync() };
        Assert.Equal(new QueueDepth(17, 3, 0), await DepthAsync(file, "work"));
        held[1].Complete();
        Assert.Equal("3", (await consumer.NextAsync()).Text());
        Assert.Equal(0, consumer.Buffered);
        Assert.Equal(new QueueDepth(16, 3, 0), await DepthAsync(file, "work"));
    }

    [Fact]
    public async Task Should_deliver_again_what_was_abandoned_and_count_it()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        var consumer = new TestConsumer(file, "work");

        (await consumer.NextAsync()).Abandon(TimeSpan.Zero, counted: true);
        var again = await consumer.NextAsync();
        Assert.Equal(1, again.Deliveries);
        again.Abandon(TimeSpan.Zero, counted: false);
        Assert.Equal(1, (await consumer.NextAsync()).Deliveries);
    }

    [Fact]
    public async Task Should_move_a_message_with_other_headers()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SubscribeAsync("topic", "one", null, None);
        await file.SubscribeAsync("topic", "other", null, None);
        await file.PublishAsync("topic", TestQueueFile.Text("1") with { Headers = [1] }, None);

        await (await new TestConsumer(file, "one").NextAsync()).MoveAsync("one_error", [2], None);

        Assert.Equal([2], (await new TestConsumer(file, "one_error").NextAsync()).Headers);
        Assert.Equal([1], (await new TestConsumer(file, "other").NextAsync()).Headers);
        Assert.Equal(default, await DepthAsync(file, "one"));
    }

    [Fact]
    public async Task Should_give_a_high_priority_the_first_place_and_a_low_one_some()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("low"), None);
        for (var i = 0; i < 40; i++)
            await file.SendAsync("work", TestQueueFile.Text("high", priority: 9), None);

        var consumer = new TestConsumer(file, "work", prefetch: 8);
        List<string> first = [];
        for (var i = 0; i < 8; i++)
            first.Add(await consumer.NextTextAsync());
        Assert.Equal("high", first[0]);
        Assert.Contains("low", first);
    }

    [Fact]
    public async Task Should_not_let_a_low_priority_starve_where_one_runs_at_a_time()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("low"), None);
        for (var i = 0; i < 40; i++)
            await file.SendAsync("work", TestQueueFile.Text("high", priority: 9), None);

        var consumer = new TestConsumer(file, "work", prefetch: 1);
        List<string> first = [];
        for (var i = 0; i < 10; i++)
            first.Add(await consumer.NextTextAsync());
        Assert.Contains("low", first);
    }

    [Fact]
    public async Task Should_hold_back_what_is_scheduled_until_it_is_due_or_cancelled()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        await file.SubscribeAsync("topic", "work", null, None);
        var (kept, cancelled) = (Guid.NewGuid(), Guid.NewGuid());
        await file.SendAsync("work", TestQueueFile.Text("later") with { Due = time.GetUtcNow().AddHours(1), Token = kept }, None);
        await file.PublishAsync("topic", TestQueueFile.Text("never") with { Due = time.GetUtcNow().AddMinutes(1), Token = cancelled }, None);
        await file.PublishAsync("topic", TestQueueFile.Text("sooner") with { Due = time.GetUtcNow().AddMinutes(2) }, None);
        var consumer = new TestConsumer(file, "work");

        Assert.True(await file.CancelAsync(cancelled, None));
        Assert.False(await file.CancelAsync(cancelled, None));
        await file.SendAsync("work", TestQueueFile.Text("now"), None);
        Assert.Equal("now", await consumer.NextTextAsync());
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("sooner", await consumer.NextTextAsync());
        Assert.Equal("later", await consumer.NextTextAsync());
        Assert.False(await file.CancelAsync(kept, None));
    }

    [Fact]
    public async Task Should_deliver_what_was_sent_while_a_backlog_expired()
    {
        // What has expired goes a thousand a transaction, and the sends must come between.
        const int backlog = 20_000;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, backlog).Select(_ =>
            file.SendAsync("work", TestQueueFile.Text("old") with { Expires = time.GetUtcNow().AddMinutes(1), DropWhenExpired = true }, None)));
        time.Advance(TimeSpan.FromMinutes(2));
        // The consumer finds nothing in the first transaction, while most of what has expired is still there, and is full in a later one.
        var consumer = new TestConsumer(file, "work", prefetch: 2);
        await consumer.StartedAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => file.SendAsync("work", TestQueueFile.Text("young"), None)));

        for (var number = 0; number < 50; number++)
            Assert.Equal("young", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_set_aside_what_nobody_took_in_time()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("old") with { Expires = time.GetUtcNow().AddMinutes(1) }, None);
        await file.SendAsync("work", TestQueueFile.Text("answer") with { Expires = time.GetUtcNow().AddMinutes(1), DropWhenExpired = true }, None);
        await file.SendAsync("work", TestQueueFile.Text("young") with { Expires = time.GetUtcNow().AddHours(1) }, None);
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("young", await new TestConsumer(file, "work").NextTextAsync());
        var aside = await new TestConsumer(file, "work_skipped").NextAsync();
        Assert.Equal("old", aside.Text());
        Assert.Equal("MT-Reason=expired;", Encoding.UTF8.GetString(aside.Headers));
        Assert.Equal(new QueueDepth(0, 0, 0), await DepthAsync(file, "work"));
    }

    [Fact]
    public async Task Should_purge_what_nobody_holds()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var consumer = new TestConsumer(file, "work", prefetch: 1);
        for (var i = 0; i < 5; i++)
            await file.SendAsync("work", TestQueueFile.Text($"{i}"), None);
        await consumer.NextAsync();

        Assert.Equal(4, await file.PurgeAsync("work", None));
        Assert.Equal(new QueueDepth(0, 1, 0), await DepthAsync(file, "work"));
    }

    private static async Task<QueueDepth> DepthAsync(QueueFile file, string queue) => (await file.DepthsAsync(None))[queue];
}
