using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class SendingContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    [Fact]
    public async Task Should_run_each_message_once_in_a_node_with_several_workers()
    {
        var done = new Arrivals<int>();
        var node = await StartAsync(setup => setup.Queue<Work>("work", Count(done), endpoint => endpoint.ConcurrentMessageLimit = 4));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => node.SendAsync("work", new Work(n))));
        await done.WaitAsync(100);
        await node.StopAsync();

        Assert.Equal(Enumerable.Range(0, 100), done.All.Order());
        await AssertEmptyAsync("work");
    }

    [Fact]
    public async Task Should_share_a_queue_among_nodes()
    {
        Needs(TransportFeature.SeveralNodes);
        Arrivals<int>[] done = [new(), new()];
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // No node goes on before each has a message, and a prefetch of 4 keeps either from taking them all.
        void Serve(NodeSetup setup, int node) => setup.Queue<Work>("work", async context =>
        {
            done[node].Add(context.Message.Number);
            if (done.All(d => d.All.Count > 0))
            {
                both.TrySetResult();
            }

            await both.Task.InTimeAsync();
        }, endpoint => endpoint.PrefetchCount = 4);

        var first = await StartAsync(setup => Serve(setup, 0));
        var second = await StartAsync(setup => Serve(setup, 1));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => first.SendAsync("work", new Work(n))));
        await TestSupport.Eventually.AssertAsync(() => done.Sum(d => d.All.Count) >= 100);
        await Task.WhenAll(first.StopAsync(), second.StopAsync());

        Assert.Equal(Enumerable.Range(0, 100), done.SelectMany(d => d.All).Order());
        await AssertEmptyAsync("work");
    }

    [Fact]
    public async Task Should_serve_first_what_came_first()
    {
        var done = new Arrivals<int>();
        var node = await StartAsync(setup => setup.Queue<Work>("work", Count(done), endpoint => endpoint.ConcurrentMessageLimit = 1));

        foreach (var number in Enumerable.Range(0, 50))
        {
            await node.SendAsync("work", new Work(number));
        }

        Assert.Equal(Enumerable.Range(0, 50), await done.WaitAsync(50));
    }

    [Fact]
    public async Task Should_keep_what_is_sent_to_a_queue_that_nobody_reads_yet()
    {
        Needs(TransportFeature.QueuesOnDemand);
        var done = new Arrivals<int>();
        var node = await StartAsync();
        await node.SendToAsync(new Uri("queue:later"), new Work(1));

        var endpoint = node.Bus.ConnectReceiveEndpoint("later", configure => configure.Handler(Count(done)));
        await endpoint.Ready.InTimeAsync();

        Assert.Equal([1], await done.WaitAsync(1));
    }

    [Fact]
    public async Task Should_name_queues_after_consumers()
    {
        var done = new Arrivals<int>();
        var node = await StartAsync(setup => setup.Register(registration =>
        {
            registration.SetKebabCaseEndpointNameFormatter();
            registration.AddConsumer<WorkConsumer>();
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(registration, done);
        }));

        await node.SendAsync("work", new Work(1));
        await node.PublishAsync(new Work(2));

        Assert.Equal([1, 2], (await done.WaitAsync(2)).Order());
    }

    [Fact]
    public async Task Should_hold_many_queues()
    {
        Needs(TransportFeature.QueuesOnDemand);
        var done = new Arrivals<int>();
        var node = await StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, Transport.ManyQueues), async (n, _) => await node.SendToAsync(new Uri($"queue:many-{n}"), new Work(n)));

        int[] some = [0, Transport.ManyQueues / 2, Transport.ManyQueues - 1];
        foreach (var n in some)
        {
            await node.Bus.ConnectReceiveEndpoint($"many-{n}", endpoint => endpoint.Handler(Count(done))).Ready.InTimeAsync();
        }

        Assert.Equal(some, (await done.WaitAsync(some.Length)).Order());
    }

    private static MessageHandler<Work> Count(Arrivals<int> done) => context =>
    {
        done.Add(context.Message.Number);
        return Task.CompletedTask;
    };
}

public sealed class WorkConsumer(Arrivals<int> done) : IConsumer<Work>
{
    public Task Consume(ConsumeContext<Work> context)
    {
        done.Add(context.Message.Number);
        return Task.CompletedTask;
    }
}
