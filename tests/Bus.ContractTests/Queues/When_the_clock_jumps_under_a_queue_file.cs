using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_the_clock_jumps_under_a_queue_file
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_keep_every_lease()
    {
        await using var test = new TestQueueFile { Time = _clock, LockDuration = TimeSpan.FromSeconds(1) };
        var (file, other) = (await test.OpenAsync(), await test.OpenAsync());
        var (consumer, rival) = (new TestConsumer(file, "work"), new TestConsumer(other, "other"));
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        var held = await consumer.NextAsync();
        foreach (var jump in (int[])[1, -2, 1])
        {
            var beats = await test.AskAsync("SELECT min(beat) FROM busq_process");
            Jump(jump * Hour);
            // Four beats are a lease: had the clock a say in it, one would have taken the other for dead.
            await Eventually.AssertAsync(async () => await test.AskAsync("SELECT min(beat) FROM busq_process") > beats + 4);
        }

        Assert.False(held.LeaseLost.IsCancellationRequested);
        await held.MoveAsync("done", [], None);
        Assert.Equal(0, rival.Buffered);
        Assert.Equal(2, await test.AskAsync("SELECT count(*) FROM busq_process"));
    }

    [Fact]
    public async Task Should_deliver_what_is_due_by_the_clock_as_it_is_now()
    {
        await using var test = new TestQueueFile { Time = _clock };
        var file = await test.OpenAsync();
        var consumer = new TestConsumer(file, "work");
        await file.SendAsync("work", TestQueueFile.Text("scheduled") with { Due = _clock.GetUtcNow() + HalfAnHour }, None);
        Jump(Hour);
        var delivery = await consumer.NextAsync();

        await delivery.DeferAsync(HalfAnHour, null, othersMayOvertake: false, None);
        Jump(-Hour);
        await file.SendAsync("work", TestQueueFile.Text("next"), None);
        Assert.Equal("next", await consumer.NextTextAsync());
        Assert.Equal(1, (await file.DepthsAsync(None))["work"].Waiting);
        Jump(2 * Hour);
        Assert.Equal("scheduled", await consumer.NextTextAsync());
    }

    [Fact]
    public async Task Should_let_expire_what_is_too_old_by_the_clock_as_it_is_now()
    {
        await using var test = new TestQueueFile { Time = _clock };
        var file = await test.OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("old") with { Expires = _clock.GetUtcNow() + HalfAnHour }, None);
        Jump(Hour);
        Assert.Equal("old", await new TestConsumer(file, "work_skipped").NextTextAsync());

        await file.SendAsync("work", TestQueueFile.Text("young") with { Expires = _clock.GetUtcNow() + HalfAnHour }, None);
        Jump(-Hour);
        Assert.Equal("young", await new TestConsumer(file, "work").NextTextAsync());
    }

    private void Jump(TimeSpan by) => _clock.AdjustTime(_clock.GetUtcNow() + by);
}
