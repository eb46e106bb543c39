using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Front;

public sealed class When_a_bus_runs_on_RabbitMq : IAsyncLifetime
{
    private TestRabbitMq _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TestRabbitMq.CreateVirtualHostAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("Json")]
    [InlineData("MessagePack")]
    public async Task Should_skip_what_is_unknown_keep_what_failed_and_handle_the_rest(string serializer)
    {
        var probe = new Probe();
        using var host = await StartAsync(probe, ("Bus:Serializer", serializer), ("Bus:Retry:Strategy", "Immediate"));
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:tasking"));

        await endpoint.Send(new Stranger(1));
        await endpoint.Send(new Chore("fail"));
        await endpoint.Send(new Chore("do"));
        await probe.Done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync();

        var depths = await _broker.QueueDepthsAsync();
        Assert.Equal(0, depths["tasking"]);
        Assert.Equal(1, depths["tasking_error"]);
        Assert.Equal(1, depths["tasking_skipped"]);
    }

    [Fact]
    public async Task Should_let_a_running_handler_finish_at_a_stop()
    {
        var probe = new Probe();
        using var host = await StartAsync(probe, ("Bus:PrefetchCount", "1"), ("Bus:ConcurrentMessageLimit", "1"));
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:tasking"));

        await endpoint.Send(new Chore("hold"));
        await endpoint.Send(new Chore("do"));
        await probe.Holding.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var stopping = host.StopAsync();
        Assert.False(stopping.IsCompleted);
        probe.Release.SetResult();
        await stopping;

        // What ran is done and gone; what had not begun is still there for the next process.
        Assert.True(probe.Finished);
        Assert.Equal(1, (await _broker.QueueDepthsAsync())["tasking"]);
    }

    [Fact]
    public async Task Should_hand_back_what_does_not_finish_in_time()
    {
        var probe = new Probe();
        using var host = await StartAsync(probe, ("Bus:ShutdownTimeout", "00:00:01"));
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:tasking"));

        await endpoint.Send(new Chore("hold"));
        await probe.Holding.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, (await _broker.QueueDepthsAsync())["tasking"]);
        Assert.DoesNotContain("tasking_error", (await _broker.QueueDepthsAsync()).Keys);
    }

    private async Task<IHost> StartAsync(Probe probe, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.Configuration["Bus:Transport"] = "RabbitMq";
        builder.Configuration["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString();
        builder.Services.AddSingleton(probe);
        builder.Services.AddBus(builder.Configuration, bus => bus.Registration.AddConsumer<TaskingConsumer>());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed record Chore(string What);

    public sealed record Stranger(int Number);

    private sealed class Probe
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Finished { get; set; }
    }

    private sealed class TaskingConsumer(Probe probe) : IConsumer<Chore>
    {
        public async Task Consume(ConsumeContext<Chore> context)
        {
            switch (context.Message.What)
            {
                case "fail":
                    throw new InvalidOperationException("as asked");
                case "hold":
                    probe.Holding.SetResult();
                    await probe.Release.Task.WaitAsync(context.CancellationToken);
                    probe.Finished = true;
                    break;
                default:
                    probe.Done.TrySetResult();
                    break;
            }
        }
    }
}
