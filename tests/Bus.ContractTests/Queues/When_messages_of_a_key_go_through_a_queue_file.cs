using Bus.SqliteTransport.Engine;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_messages_of_a_key_go_through_a_queue_file
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(60);

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_give_out_one_of_a_key_at_a_time_in_order_over_two_processes()
    {
        await using var test = new TestQueueFile();
        var (one, other) = (await test.OpenAsync(), await test.OpenAsync());
        foreach (var text in (string[])["a1", "a2", "b1", "a3", "b2"])
            await one.SendAsync("work", TestQueueFile.Text(text, key: text[..1]), None);
        var (first, second) = (new TestConsumer(one, "work"), new TestConsumer(other, "work"));
        var seen = new Dictionary<char, List<string>> { ['a'] = [], ['b'] = [] };

        for (var i = 0; i < 5; i++)
        {
            var delivery = await NextOfEitherAsync(first, second);
            seen[delivery.Text()[0]].Add(delivery.Text());
            var depth = (await one.DepthsAsync(None))["work"];
            Assert.True(depth.Claimed <= 2);
            delivery.Complete();
        }

        Assert.Equal(["a1", "a2", "a3"], seen['a']);
        Assert.Equal(["b1", "b2"], seen['b']);
    }

    [Fact]
    public async Task Should_let_nothing_overtake_a_head_that_is_deferred()
    {
        var time = new FakeTimeProvider(Start);
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        foreach (var text in (string[])["a1", "a2", "b1"])
            await file.SendAsync("work", TestQueueFile.Text(text, key: text[..1]), None);
        var consumer = new TestConsumer(file, "work");

        var head = await consumer.NextAsync();
        Assert.Equal("a1", head.Text());
        await head.DeferAsync(TimeSpan.FromHours(1), [9], othersMayOvertake: false, None);
        Assert.Equal("b1", await consumer.NextTextAsync());
        Assert.Equal(new QueueDepth(0, 0, 2), (await file.DepthsAsync(None))["work"]);
        time.Advance(TimeSpan.FromHours(2));

        var again = await consumer.NextAsync();
        Assert.Equal("a1", again.Text());
        Assert.Equal(1, again.Deliveries);
        Assert.Equal([9], again.Headers);
        again.Complete();
        Assert.Equal("a2", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_let_others_pass_a_deferred_head_where_that_is_chosen()
    {
        var time = new FakeTimeProvider(Start);
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        foreach (var text in (string[])["a1", "a2", "a3"])
            await file.SendAsync("work", TestQueueFile.Text(text, key: "a"), None);
        var consumer = new TestConsumer(file, "work");

        await (await consumer.NextAsync()).DeferAsync(TimeSpan.FromHours(1), null, othersMayOvertake: true, None);
        var second = await consumer.NextAsync();
        Assert.Equal("a2", second.Text());
        time.Advance(TimeSpan.FromHours(2));
        await file.SendAsync("other", TestQueueFile.Text("-"), None);

        // Due, but one of its key is out: never two at a time.
        Assert.Equal(new QueueDepth(0, 1, 2), (await file.DepthsAsync(None))["work"]);
        second.Complete();
        Assert.Equal("a1", await consumer.NextTextAsync());
        Assert.Equal("a3", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_free_nobody_when_one_expires_that_others_have_passed()
    {
        var time = new FakeTimeProvider(Start);
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("a1", key: "a") with { Expires = Start.AddMinutes(30) }, None);
        foreach (var text in (string[])["a2", "a3"])
            await file.SendAsync("work", TestQueueFile.Text(text, key: "a"), None);
        var consumer = new TestConsumer(file, "work");

        await (await consumer.NextAsync()).DeferAsync(TimeSpan.FromHours(1), null, othersMayOvertake: true, None);
        var second = await consumer.NextAsync();
        Assert.Equal("a2", second.Text());
        time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal("a1", await new TestConsumer(file, "work_skipped").NextTextAsync());

        Assert.Equal(new QueueDepth(0, 1, 1), (await file.DepthsAsync(None))["work"]);
        time.Advance(TimeSpan.FromHours(1));
        second.Complete();
        Assert.Equal("a3", await consumer.NextTextAsync());
        Assert.Equal(0, consumer.Buffered);
    }

    [Fact]
    public async Task Should_free_the_next_when_a_head_expires_that_held_it_back()
    {
        var time = new FakeTimeProvider(Start);
        await using var test = new TestQueueFile { Time = time };
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("a1", key: "a") with { Expires = Start.AddMinutes(30) }, None);
        await file.SendAsync("work", TestQueueFile.Text("a2", key: "a"), None);
        var consumer = new TestConsumer(file, "work");

        await (await consumer.NextAsync()).DeferAsync(TimeSpan.FromHours(1), null, othersMayOvertake: false, None);
        time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal("a2", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_go_on_with_a_key_whose_head_was_moved_away()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        foreach (var text in (string[])["a1", "a2"])
            await file.SendAsync("work", TestQueueFile.Text(text, key: "a"), None);
        var consumer = new TestConsumer(file, "work");

        await (await consumer.NextAsync()).MoveAsync("work_error", [], None);
        Assert.Equal("a2", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_deliver_an_abandoned_head_before_what_follows()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        foreach (var text in (string[])["a1", "a2"])
            await file.SendAsync("work", TestQueueFile.Text(text, key: "a"), None);
        var consumer = new TestConsumer(file, "work");

        (await consumer.NextAsync()).Abandon(TimeSpan.Zero, counted: true);
        Assert.Equal("a1", await consumer.NextTextAsync());
        Assert.Equal("a2", await consumer.NextTextAsync());
    }

    private static async Task<Delivery> NextOfEitherAsync(TestConsumer first, TestConsumer second)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (first.Buffered == 0 && second.Buffered == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return first.Buffered > 0 ? await first.NextAsync() : await second.NextAsync();
    }
}
