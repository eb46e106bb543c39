using System.Collections.Concurrent;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Front;

public sealed class When_messages_are_delivered_on_RabbitMq : IAsyncLifetime
{
    private readonly Probe _probe = new();
    private TestRabbitMq _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TestRabbitMq.CreateVirtualHostAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Should_bring_an_event_to_each_subscriber_whatever_becomes_of_the_others()
    {
        using var publisher = await StartAsync(_ => { });
        using var shipping = await StartAsync(bus => bus.Registration.AddConsumer<ShippingConsumer>());
        using var accounting = await StartAsync(bus => bus.Registration.AddConsumer<AccountingConsumer>());
        await PublishAsync(publisher, "first");
        await Eventually.AssertAsync(() => _probe.Has("shipping first 1", "accounting first 5"), because: () => _probe.ToString());

        // A subscriber of its own process, that the running publisher has never heard of.
        using var late = await StartAsync(bus => bus.Registration.AddConsumer<LateConsumer>());
        await PublishAsync(publisher, "second");
        await Eventually.AssertAsync(() => _probe.Has("shipping second 1", "accounting second 5", "late second 1"), because: () => _probe.ToString());

        await Task.WhenAll(publisher.StopAsync(), shipping.StopAsync(), accounting.StopAsync(), late.StopAsync());
        Assert.False(_probe.Has("late first 1"));
        var depths = await _broker.QueueDepthsAsync();
        Assert.Equal([("accounting", 0), ("accounting_error", 2), ("late", 0), ("shipping", 0)], depths.Select(x => (x.Key, x.Value)).Order());
    }

    [Theory]
    [InlineData(DeliveryMode.AtMostOnce, 1)]
    [InlineData(DeliveryMode.AtLeastOnce, 2)]
    public async Task Should_run_a_message_again_after_a_lost_connection_only_at_least_once(DeliveryMode mode, int runs)
    {
        using var host = await StartAsync(bus =>
        {
            bus.Registration.AddConsumer<ShippingConsumer>();
            bus.Endpoint<ShippingConsumer>(endpoint => endpoint.Delivery = mode);
        });
        await PublishAsync(host, "hold");
        await _probe.Holding.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // The broker takes back what was not acknowledged and hands it out again, marked as such.
        await _broker.CloseConnectionsAsync();
        _probe.Release.SetResult();
        await Eventually.AssertAsync(async () => { await PublishAsync(host, "after"); return _probe.Count("shipping after") > 0 && _probe.Count("shipping hold") == runs; }, because: () => _probe.ToString());
        // A call that came through late may have left one more behind.
        await Eventually.AssertAsync(async () => (await _broker.QueueDepthsAsync()).Select(x => (x.Key, x.Value)).SequenceEqual([("shipping", 0)]));
        await host.StopAsync();
        Assert.Equal(runs, _probe.Count("shipping hold"));
    }

    [Fact]
    public async Task Should_keep_nothing_that_fails_at_most_once()
    {
        using var host = await StartAsync(bus =>
        {
            bus.Registration.AddConsumer<AccountingConsumer>();
            bus.Endpoint<AccountingConsumer>(endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
        }, ("Bus:MaxMessageBytes", "4000"));

        await PublishAsync(host, new string('x', 5000));
        await PublishAsync(host, "one");
        await PublishAsync(host, "two");
        await Eventually.AssertAsync(() => _probe.Count("accounting one") > 0 && _probe.Count("accounting two") > 0);
        await host.StopAsync();

        Assert.True(_probe.Has("accounting one 1", "accounting two 1"), _probe.ToString());
        Assert.Equal([("accounting", 0)], (await _broker.QueueDepthsAsync()).Select(x => (x.Key, x.Value)));
    }

    private static Task PublishAsync(IHost host, string what) => host.Services.GetRequiredService<IBus>().Publish(new Sold(what));

    private async Task<IHost> StartAsync(Action<BusBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Configuration["Bus:Transport"] = "RabbitMq";
        builder.Configuration["Bus:Retry:Strategy"] = "Immediate";
        builder.Configuration["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString();
        builder.Services.AddSingleton(_probe);
        builder.Services.AddBus(builder.Configuration, configure);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed record Sold(string What);

    private sealed class Probe
    {
        private readonly ConcurrentDictionary<string, int> _runs = new(StringComparer.Ordinal);

        public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run(string consumer, Sold sold) => _runs.AddOrUpdate($"{consumer} {sold.What}", 1, (_, count) => count + 1);

        public int Count(string run) => _runs.GetValueOrDefault(run);

        public bool Has(params string[] runs) => runs.All(run => _runs.Any(pair => $"{pair.Key} {pair.Value}" == run));

        public override string ToString() => string.Join(", ", _runs.Select(pair => $"{pair.Key} {pair.Value}"));
    }

    private sealed class ShippingConsumer(Probe probe) : IConsumer<Sold>
    {
        public async Task Consume(ConsumeContext<Sold> context)
        {
            probe.Run("shipping", context.Message);
            if (context.Message.What == "hold")
            {
                probe.Holding.TrySetResult();
                await probe.Release.Task;
            }
        }
    }

    private sealed class AccountingConsumer(Probe probe) : IConsumer<Sold>
    {
        public Task Consume(ConsumeContext<Sold> context)
        {
            probe.Run("accounting", context.Message);
            throw new TimeoutException("the books are closed");
        }
    }

    private sealed class LateConsumer(Probe probe) : IConsumer<Sold>
    {
        public Task Consume(ConsumeContext<Sold> context)
        {
            probe.Run("late", context.Message);
            return Task.CompletedTask;
        }
    }
}
