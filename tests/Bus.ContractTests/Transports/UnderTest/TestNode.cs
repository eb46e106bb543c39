using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>A running host with plain MassTransit in it: one process of many, as far as the transport can tell.</summary>
public sealed class TestNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TransportUnderTest _transport;
    private Task? _stopped;

    private TestNode(IHost host, TransportUnderTest transport) => (_host, _transport) = (host, transport);

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public static async Task<TestNode> StartAsync(TransportUnderTest transport, NodeSetup setup)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StartTimeout = options.StopTimeout = TimeSpan.FromSeconds(30);
        });
        builder.Services.AddMassTransit(registration =>
        {
            registration.DisableUsageTelemetry();
            setup.Apply(registration);
            transport.Use(registration, setup);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new TestNode(host, transport);
    }

    public Task SendAsync<T>(string queue, T message, Action<SendContext<T>>? configure = null)
        where T : class =>
        SendToAsync(_transport.AddressOf(queue), message, configure);

    public async Task SendToAsync<T>(Uri address, T message, Action<SendContext<T>>? configure = null)
        where T : class
    {
        var endpoint = await Bus.GetSendEndpoint(address);
        await endpoint.Send(message, Pipe.Execute<SendContext<T>>(context => configure?.Invoke(context))).InTimeAsync();
    }

    public Task PublishAsync<T>(T message, Action<SendContext<T>>? configure = null)
        where T : class =>
        Bus.Publish(message, Pipe.Execute<PublishContext<T>>(context => configure?.Invoke(context))).InTimeAsync();

    public IRequestClient<T> CreateRequests<T>(string queue, TimeSpan? timeout = null)
        where T : class =>
        Bus.CreateRequestClient<T>(_transport.AddressOf(queue), timeout ?? TimeSpan.FromSeconds(30));

    /// <summary>Sends <paramref name="message"/> at the time <paramref name="due"/>.</summary>
    public async Task<ScheduledMessage<T>> ScheduleAsync<T>(string queue, DateTimeOffset due, T message)
        where T : class
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
        return await scheduler.ScheduleSend(_transport.AddressOf(queue), due.UtcDateTime, message).InTimeAsync();
    }

    public async Task CancelAsync(ScheduledMessage scheduled)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().CancelScheduledSend(scheduled.Destination, scheduled.TokenId).InTimeAsync();
    }

    /// <summary>Stops in an orderly way; a second call waits for the same stop.</summary>
    public Task StopAsync() => _stopped ??= _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
    }
}
