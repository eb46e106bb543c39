using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class PublishingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private readonly Arrivals<string> _seen = new();

    [Fact]
    public async Task Should_bring_an_event_to_each_subscriber_once()
    {
        var node = await StartAsync(setup => setup.Queue("one", See<Sale>("one")).Queue("two", See<Sale>("two")).Queue("deaf", See<Other>("deaf")));

        await node.PublishAsync(new Sale(1));
        await _seen.WaitAsync(2);
        await node.StopAsync();

        Assert.Equal(["one", "two"], _seen.All.Order());
    }

    [Fact]
    public async Task Should_leave_other_subscribers_alone_when_one_fails()
    {
        var node = await StartAsync(setup => setup
            .Queue<Sale>("bad", _ => throw new InvalidOperationException("no"))
            .Queue("good", See<Sale>("good"))
            .Side("bad_error", See<Sale>("error")));

        await node.PublishAsync(new Sale(1));
        await _seen.WaitAsync(2);
        await node.StopAsync();

        Assert.Equal(["error", "good"], _seen.All.Order());
    }

    [Fact]
    public async Task Should_bring_an_event_to_subscribers_of_its_base_types_and_interfaces()
    {
        var node = await StartAsync(setup => setup
            .Queue("interface", See<IHappening>("interface"))
            .Queue("base", See<Happening>("base"))
            .Queue("itself", See<Sale>("itself")));

        await node.PublishAsync(new Sale(1));
        await _seen.WaitAsync(3);
        await node.StopAsync();

        Assert.Equal(["base", "interface", "itself"], _seen.All.Order());
    }

    [Fact]
    public async Task Should_bring_an_event_once_to_a_queue_that_takes_it_in_three_ways()
    {
        var node = await StartAsync(setup => setup.Queue("all", endpoint =>
        {
            endpoint.Handler(See<IHappening>("interface"));
            endpoint.Handler(See<Happening>("base"));
            endpoint.Handler(See<Sale>("itself"));
        }));

        await node.PublishAsync(new Sale(1));
        await _seen.WaitAsync(3);
        await node.StopAsync();

        Assert.Equal(["base", "interface", "itself"], _seen.All.Order());
    }

    [Fact]
    public async Task Should_accept_an_event_that_nobody_wants()
    {
        var node = await StartAsync();

        await node.PublishAsync(new Other(1));
    }

    [Fact]
    public async Task Should_bring_an_event_to_one_node_of_each_subscriber()
    {
        Needs(TransportFeature.SeveralNodes);
        void Serve(NodeSetup setup) => setup.Queue("one", See<Sale>("one")).Queue("two", See<Sale>("two"));
        var publisher = await StartAsync();
        var first = await StartAsync(Serve);
        var second = await StartAsync(Serve);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => publisher.PublishAsync(new Sale(n))));
        await _seen.WaitAsync(40);
        await Task.WhenAll(first.StopAsync(), second.StopAsync());

        Assert.Equal([("one", 20), ("two", 20)], _seen.All.CountBy(x => x).Select(x => (x.Key, x.Value)).Order());
    }

    [Fact]
    public async Task Should_choose_subscribers_by_routing_key()
    {
        Needs(TransportFeature.RoutingKeys);
        var node = await StartAsync(setup => Route(setup, ("north", "north"), ("south", "south"), ("again", "south")));

        await PublishAsync(node, "north", "south", "west");
        await _seen.WaitAsync(3);
        await node.StopAsync();

        Assert.Equal(["again:south", "north:north", "south:south"], _seen.All.Order());
    }

    [Fact]
    public async Task Should_choose_subscribers_by_pattern()
    {
        Needs(TransportFeature.RoutingPatterns);
        var node = await StartAsync(setup => Route(setup, ("word", "orders.*"), ("words", "orders.#"), ("middle", "*.eu.*"), ("all", "#")));

        await PublishAsync(node, "orders", "orders.eu", "orders.eu.paid", "stock.eu.low");
        await _seen.WaitAsync(10);
        await node.StopAsync();

        string[] expected =
        [
            "all:orders", "all:orders.eu", "all:orders.eu.paid", "all:stock.eu.low", "middle:orders.eu.paid", "middle:stock.eu.low",
            "word:orders.eu", "words:orders", "words:orders.eu", "words:orders.eu.paid",
        ];
        Assert.Equal(expected.Order(), _seen.All.Order());
    }

    private void Route(NodeSetup setup, params (string Queue, string Key)[] subscriptions)
    {
        setup.Bus(Transport.RouteByKey<Routed>);
        foreach (var (queue, key) in subscriptions)
        {
            setup.Queue<Routed>(queue, context => SeeAsync($"{queue}:{context.Message.Key}"), endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                Transport.Subscribe<Routed>(endpoint, key);
            });
        }
    }

    private static async Task PublishAsync(TestNode node, params string[] keys)
    {
        foreach (var key in keys)
        {
            await node.PublishAsync(new Routed(key), context => context.SetRoutingKey(key));
        }
    }

    private MessageHandler<T> See<T>(string who)
        where T : class =>
        _ => SeeAsync(who);

    private Task SeeAsync(string what)
    {
        _seen.Add(what);
        return Task.CompletedTask;
    }
}
