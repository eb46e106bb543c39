using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders;
using Bus.Services.Orders.Http;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Records;
using Bus.Services.Orders.Stock;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>Notes what requests have asked the database, and nothing that goes on beside them.</summary>
public sealed class AskedByRequests : DbCommandInterceptor
{
    private static readonly AsyncLocal<bool> IsRequest = new();

    public ConcurrentQueue<string> Asked { get; } = new();

    public static Task MarkAsync(HttpContext http, RequestDelegate next)
    {
        IsRequest.Value = true;
        return next(http);
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (IsRequest.Value)
            Asked.Enqueue(command.CommandText);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (IsRequest.Value)
            Asked.Enqueue(command.CommandText);
        return new(result);
    }
}

/// <summary>A shop as its users run it, over a real socket, with a gateway over another.</summary>
public sealed class OrderShop : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly WebApplication _app;

    private OrderShop(WebApplication app, TemporaryFolder folder, GatewayServer gateway)
    {
        (_app, _folder, Gateway) = (app, folder, gateway);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public GatewayServer Gateway { get; }

    public OrderNews News => _app.Services.GetRequiredService<OrderNews>();

    public ConcurrentQueue<string> Asked => _app.Services.GetRequiredService<AskedByRequests>().Asked;

    public bool BatchesRows { get; private init; }

    public IServiceProvider Services => _app.Services;

    public static async Task<OrderShop> StartAsync(TestDatabase database, params (string Key, string Value)[] settings)
    {
        var (folder, gateway) = (new TemporaryFolder(), await GatewayServer.StartAsync());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(Environment.GetEnvironmentVariable("BUS_TEST_LOG") is null ? LogLevel.None : LogLevel.Information);
        builder.Configuration.AddInMemoryCollection(database.Settings);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:DataFolder"] = folder.FullPath,
            ["Bus:Transport"] = "InMemory",
            ["Bus:Orders:Gateway:Url"] = gateway.Url.ToString(),
            ["Bus:Orders:Gateway:TryWithin"] = "00:00:02",
            ["Bus:Orders:ChargeWithin"] = "00:00:10",
            ["Bus:Orders:SettleAfter"] = "00:00:01",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton<OrderNews>();
        builder.Services.AddSingleton<AskedByRequests>();
        builder.Services.AddOrders<ShopDb>(builder.Configuration);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.RecognizeSettings(OrderOptions.Section);
            bus.UseDatabase<ShopDb>((services, options) => options.AddInterceptors(services.GetRequiredService<AskedByRequests>()));
            bus.Registration.AddOrderConsumers();
            bus.Registration.AddConsumer<OrderListener>();
        });
        var app = builder.Build();
        app.Use(AskedByRequests.MarkAsync);
        app.MapOrders();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ShopDb>().Database.EnsureCreatedAsync();
        await app.StartAsync();
        return new OrderShop(app, folder, gateway) { BatchesRows = database.Settings.ContainsKey("Bus:Database") };
    }

    public static OrderRequest Ask(string sku, long quantity = 1, string source = "tok_1") => new(
        new OrderRequestCustomer("Kari Nordmann", "kari@example.com"), new OrderRequestAddress("Storgata 1", "0155", "Oslo", "NO"), [new(sku, quantity)], "NOK", source);

    public async Task StockAsync(string sku, long available, long price = 1_000)
    {
        using var answer = await Http.PutAsJsonAsync(new Uri($"/api/products/{sku}", UriKind.Relative), new ProductRequest($"The {sku}", price, "NOK", available));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> PostAsync(OrderRequest order, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/orders", UriKind.Relative)) { Content = JsonContent.Create(order) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Http.SendAsync(request);
    }

    public async Task<OrderView> PlaceAsync(OrderRequest order, HttpStatusCode expected = HttpStatusCode.Created, string? key = null)
    {
        using var answer = await PostAsync(order, key);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        var view = JsonSerializer.Deserialize<OrderView>(text, JsonSerializerOptions.Web)!;
        Assert.Equal($"/api/orders/{view.Id:D}", answer.Headers.Location?.OriginalString);
        return view;
    }

    public async Task<OrderView> ShowAsync(Guid id) => (await Http.GetFromJsonAsync<OrderView>(new Uri($"/api/orders/{id:D}", UriKind.Relative)))!;

    public Task<HttpResponseMessage> TellAsync(Guid id, string what, object? body = null) => Http.PostAsync(new Uri($"/api/orders/{id:D}/{what}", UriKind.Relative), body is null ? null : JsonContent.Create(body));

    public async Task<long> AvailableAsync(string sku) => await QueryAsync(db => db.Set<ProductRow>().Where(row => row.Sku == sku).Select(row => row.Available).SingleAsync());

    public async Task<T> QueryAsync<T>(Func<ShopDb, Task<T>> query)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<ShopDb>());
    }

    public Task PublishAsync<T>(T message)
        where T : class => _app.Services.GetRequiredService<IBus>().Publish(message);

    /// <summary>Writes a fact as another part of the service would.</summary>
    internal async Task AddAsync(Guid id, OrderFact fact)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<OrderJournal>().Add(id, fact);
        await scope.ServiceProvider.GetRequiredService<OrderDb>().SaveAsync(CancellationToken.None);
    }

    public async Task ProjectAsync()
    {
        while (await _app.Services.GetRequiredService<OrderProjector>().RunOnceAsync(CancellationToken.None))
        {
            // To the end.
        }
    }

    /// <summary>Nobody was charged twice, and what is charged and not given back belongs to orders that stand.</summary>
    public void RequireChargedAtMostOnce() =>
        Assert.DoesNotContain(Gateway.Charges.GroupBy(charge => charge.Reference), group => group.Count() > 1);

    public async ValueTask DisposeAsync()
    {
        Gateway.Patience.TrySetResult();
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }
}
