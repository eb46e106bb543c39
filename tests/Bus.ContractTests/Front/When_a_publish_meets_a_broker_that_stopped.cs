using System.Collections.Concurrent;
using Bus.Fallback;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Front;

public sealed class When_a_publish_meets_a_broker_that_stopped
{
    [Fact]
    public async Task Should_fall_back_while_it_is_away_and_publish_once_it_is_back()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync(servers);
        var heard = new ConcurrentQueue<string>();
        var fellBack = new ConcurrentQueue<string>();
        using var host = await StartAsync(broker, heard);
        var bus = host.Services.GetRequiredService<IBus>();

        Assert.True(await PublishAsync("before"));
        await servers.StopRabbitAsync();
        Assert.False(await PublishAsync("away"));
        await servers.StartRabbitAsync();
        await Eventually.AssertAsync(() => PublishAsync("back"), TimeSpan.FromSeconds(60));

        // The consumer tries to connect again at its own pace, which on a busy machine is more than half a minute after the broker is back.
        await Eventually.AssertAsync(() => heard.Contains("before") && heard.Contains("back"), TimeSpan.FromSeconds(120), () => string.Join(", ", heard));
        Assert.Contains("away", fellBack);
        Assert.DoesNotContain("before", fellBack);
        await host.StopAsync();

        Task<bool> PublishAsync(string what) => bus.PublishOrElse(
            new Alarm(what), (alarm, _) => { fellBack.Enqueue(alarm.What); return Task.CompletedTask; }, TimeSpan.FromSeconds(2));
    }

    private static async Task<IHost> StartAsync(TestRabbitMq broker, ConcurrentQueue<string> heard)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Bus:Transport"] = "RabbitMq";
        builder.Configuration["ConnectionStrings:RabbitMq"] = broker.Uri.ToString();
        builder.Services.AddSingleton(heard);
        builder.Services.AddBus(builder.Configuration, bus => bus.Registration.AddConsumer<AlarmConsumer>());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed record Alarm(string What);

    private sealed class AlarmConsumer(ConcurrentQueue<string> heard) : IConsumer<Alarm>
    {
        public Task Consume(ConsumeContext<Alarm> context)
        {
            heard.Enqueue(context.Message.What);
            return Task.CompletedTask;
        }
    }
}
