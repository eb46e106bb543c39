using System.Collections.Concurrent;
using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class OrderingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private readonly Arrivals<string> _seen = new();

    [Fact]
    public async Task Should_serve_high_priority_before_low_and_low_in_the_end()
    {
        Needs(TransportFeature.Priority);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await StartAsync(setup => setup.Queue<Work>("work", async context =>
        {
            _seen.Add(context.Message.Text);
            await release.Task.InTimeAsync();
        }, endpoint =>
        {
            endpoint.PrefetchCount = 1;
            Transport.EnablePriority(endpoint);
        }));
        await node.SendAsync("work", new Work(0, "first"));
        await _seen.WaitAsync(1);

        (string Name, byte Priority)[] sent = [("low", 1), ("middle", 5), ("high", 9), ("low", 1), ("middle", 5), ("high", 9)];
        foreach (var (name, priority) in sent)
        {
            await node.SendAsync("work", new Work(0, name), context => Transport.SetPriority(context, priority));
        }

        release.SetResult();
        Assert.Equal(["first", "high", "high", "middle", "middle", "low", "low"], await _seen.WaitAsync(7));
    }

    [Fact]
    public async Task Should_not_run_what_is_too_old()
    {
        Needs(TransportFeature.TimeToLive);
        var clock = TimeProvider.System;
        var lives = TimeSpan.FromMilliseconds(50);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await StartAsync(setup => setup.Queue<Work>("work", async context =>
        {
            _seen.Add(context.Message.Text);
            await release.Task.InTimeAsync();
        }, endpoint => endpoint.PrefetchCount = 1));
        await node.SendAsync("work", new Work(0, "first"));
        await _seen.WaitAsync(1);

        await node.SendAsync("work", new Work(0, "short"), context => context.TimeToLive = lives);
        await node.SendAsync("work", new Work(0, "long"), context => context.TimeToLive = TimeSpan.FromMinutes(1));
        await node.SendAsync("work", new Work(0, "for ever"));
        var sent = clock.GetTimestamp();
        await TestSupport.Eventually.AssertAsync(() => clock.GetElapsedTime(sent) > lives * 2);
        release.SetResult();

        Assert.Equal(["first", "long", "for ever"], await _seen.WaitAsync(3));
    }

    [Fact]
    public async Task Should_run_messages_of_a_key_one_at_a_time_and_in_order_over_nodes()
    {
        Needs(TransportFeature.PartitionKeys);
        var running = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var overlaps = 0;
        void Serve(NodeSetup setup) => setup.Queue<Work>("work", async context =>
        {
            var key = context.Message.Text;
            Interlocked.Add(ref overlaps, running.AddOrUpdate(key, 1, (_, n) => n + 1) > 1 ? 1 : 0);
            _seen.Add($"{key}{context.Message.Number}");
            if (running.Count(r => r.Value > 0) > 1)
            {
                together.TrySetResult();
            }

            // Different keys must be able to run side by side: none goes on before two have.
            await together.Task.InTimeAsync();
            running.AddOrUpdate(key, 0, (_, n) => n - 1);
        }, endpoint => endpoint.ConcurrentMessageLimit = 8);
        var first = await StartAsync(Serve);
        var second = await StartAsync(Serve);

        string[] keys = ["a", "b", "c", "d", "e"];
        await Task.WhenAll(keys.Select(async (key, i) =>
        {
            for (var n = 0; n < 20; n++)
            {
                await SendAsync(i % 2 == 0 ? first : second, key, n);
            }
        }));

        var seen = await _seen.WaitAsync(100);
        Assert.Equal(0, overlaps);
        Assert.All(keys, key => Assert.Equal(Enumerable.Range(0, 20).Select(n => $"{key}{n}"), seen.Where(s => s.StartsWith(key, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(false, "a1:0", "b1:0", "a1:1", "a2:0")]
    [InlineData(true, "a1:0", "b1:0", "a2:0", "a1:1")]
    public async Task Should_hold_back_what_follows_a_message_of_its_key_that_waits_unless_told_otherwise(bool mayOvertake, params string[] expected)
    {
        Needs(TransportFeature.PartitionKeys);
        Needs(TransportFeature.DelayedRedelivery);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await StartAsync(setup => setup.Queue<Work>("work", async context =>
        {
            var what = $"{context.Message.Text}{context.Message.Number}:{context.GetRedeliveryCount()}";
            _seen.Add(what);
            await sent.Task.InTimeAsync();
            if (what == "a1:0")
            {
                throw new InvalidOperationException("not yet");
            }
        }, endpoint =>
        {
            endpoint.UseDelayedRedelivery(retry => retry.Interval(1, TimeSpan.FromSeconds(1)));
            if (mayOvertake)
            {
                Transport.LetOthersOvertake(endpoint);
            }
        }));

        await SendAsync(node, "a", 1);
        await _seen.WaitAsync(1);
        await SendAsync(node, "b", 1);
        await _seen.WaitAsync(2);
        await SendAsync(node, "a", 2);
        sent.SetResult();

        Assert.Equal(expected, await _seen.WaitAsync(4));
    }

    [Fact]
    public async Task Should_go_on_with_the_next_of_a_key_when_one_is_in_the_error_queue()
    {
        Needs(TransportFeature.PartitionKeys);
        var node = await StartAsync(setup => setup
            .Queue<Work>("work", context =>
            {
                _seen.Add($"work {context.Message.Number}");
                return context.Message.Number == 1 ? throw new InvalidOperationException("never") : Task.CompletedTask;
            })
            .Side<Work>("work_error", context =>
            {
                _seen.Add($"error {context.Message.Number}");
                return Task.CompletedTask;
            }));

        await SendAsync(node, "a", 1);
        await SendAsync(node, "a", 2);

        Assert.Equal(["error 1", "work 1", "work 2"], (await _seen.WaitAsync(3)).Order(StringComparer.Ordinal));
    }

    private static Task SendAsync(TestNode node, string key, int number) => node.SendAsync("work", new Work(number, key), context => context.SetPartitionKey(key));
}
