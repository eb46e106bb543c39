using Bus.ContractTests.Outbox;
using Bus.Dashboard;
using Bus.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Http;

/// <summary>A service of one's own that serves the API over a real socket.</summary>
public abstract class HttpContract : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    protected HttpClient Http { get; } = new();

    protected WebApplication App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:DataFolder"] = _folder.FullPath });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.AddSchedules();
            Configure(bus);
        });
        App = builder.Build();
        App.MapBusApi();
        await using (var scope = App.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await App.StartAsync();
        Http.BaseAddress = new Uri(App.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds what is asked for.</summary>
    protected abstract void Configure(BusBuilder bus);
}
