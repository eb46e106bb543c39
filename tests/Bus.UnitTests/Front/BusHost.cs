using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bus.UnitTests.Front;

/// <summary>A host with a bus from the given settings, as a service would build it.</summary>
internal sealed class BusHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BusHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IBus Bus => Services.GetRequiredService<IBus>();

    public static BusHost Build(Action<BusBuilder> configure, params (string Key, string? Value)[] settings) => Build(configure, _ => { }, settings);

    public static BusHost Build(Action<BusBuilder> configure, Action<IServiceCollection> services, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Bus:Transport", (string?)"InMemory")])
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, pair.Value))).Build();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        services(builder.Services);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddBus(configuration, configure);
        return new BusHost(builder.Build());
    }

    public static async Task<BusHost> StartAsync(Action<BusBuilder> configure, params (string Key, string? Value)[] settings)
    {
        var host = Build(configure, settings);
        await host.StartAsync();
        return host;
    }

    public Task StartAsync() => _host.StartAsync();

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
