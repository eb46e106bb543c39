using System.Net.Http.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders;
using Bus.Services.Orders.Fulfilment;
using Bus.Services.Orders.Fulfilment.Http;
using Bus.Services.Orders.Journal;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>A process that fulfils orders, on a broker of its own; two of them on one database are two processes.</summary>
public sealed class FulfilmentService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FulfilmentService(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public OrderNews Answers => _app.Services.GetRequiredService<OrderNews>();

    public IServiceProvider Services => _app.Services;

    public static async Task<FulfilmentService> StartAsync(TestDatabase database, TemporaryFolder folder, Uri? carrier)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(Environment.GetEnvironmentVariable("BUS_TEST_LOG") is null ? LogLevel.None : LogLevel.Information);
        builder.Configuration.AddInMemoryCollection(database.Settings);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:DataFolder"] = folder.FullPath,
            ["Bus:Transport"] = "InMemory",
            ["Bus:Retry:FirstDelay"] = "00:00:00.010",
            // Tests fail on purpose, and do little else.
            ["Bus:Retry:BudgetPerSecond"] = "1000",
            ["Bus:Orders:Carrier:Url"] = carrier?.ToString(),
            ["Bus:Orders:Carrier:AnswerWithin"] = "00:00:01",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton<OrderNews>();
        builder.Services.AddOrderFulfilment<ShopDb>(builder.Configuration);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.RecognizeSettings(OrderOptions.Section);
            bus.UseDatabase<ShopDb>();
            bus.Registration.AddOrderFulfilmentConsumers();
            bus.Registration.AddConsumer<OrderListener>();
        });
        var app = builder.Build();
        app.MapOrderFulfilment();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ShopDb>().Database.EnsureCreatedAsync();
        await app.StartAsync();
        return new FulfilmentService(app);
    }

    /// <summary>Writes down that an order was placed, and returns what it is.</summary>
    public async Task<(Guid Id, OrderDetails Order)> PlaceAsync(string country = "NO", params OrderLine[] lines)
    {
        var id = Guid.CreateVersion7();
        lines = lines.Length > 0 ? lines : [new OrderLine("MUG", "Mug", 2, 1_000)];
        var order = new OrderDetails(
            $"A-{id:N}"[..20], new OrderCustomer("c-1", "Kari Nordmann", "kari@example.com", null), new OrderAddress("Kari Nordmann", "Storgata 1", "5003", "Bergen", country), lines, "NOK", lines.Sum(line => line.Quantity * line.UnitPrice));
        await using var scope = _app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<OrderJournal>().Add(id, new OrderFact.Placed(order, "tok_1"));
        await scope.ServiceProvider.GetRequiredService<OrderDb>().SaveAsync(CancellationToken.None);
        return (id, order);
    }

    /// <summary>The order as its facts tell it.</summary>
    internal async Task<OrderSnapshot> ReadAsync(Guid id)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OrderJournal>().RequireAsync(id, CancellationToken.None);
    }

    public async Task<T> QueryAsync<T>(Func<ShopDb, Task<T>> query)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<ShopDb>());
    }

    public Task PublishAsync<T>(T message)
        where T : class => _app.Services.GetRequiredService<IBus>().Publish(message);

    /// <summary>Publishes, and returns once there are so many answers of a kind to the order.</summary>
    public async Task<IReadOnlyList<TAnswer>> AskAsync<TAnswer>(Guid order, object message, int answers = 1)
    {
        await _app.Services.GetRequiredService<IBus>().Publish(message);
        return await HearAsync<TAnswer>(order, answers);
    }

    public async Task<IReadOnlyList<TAnswer>> HearAsync<TAnswer>(Guid order, int answers = 1)
    {
        await Eventually.AssertAsync(() => Answers.Of<TAnswer>(order).Count >= answers, because: () => $"{Answers.Of<TAnswer>(order).Count} of {answers} {typeof(TAnswer).Name}; {string.Join(", ", Answers.Of<object>(order))}");
        return Answers.Of<TAnswer>(order);
    }

    public async Task<byte[]> DownloadAsync(Guid order, string what)
    {
        using var answer = await Http.GetAsync(new Uri($"/api/orders/{order:D}/{what}", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/pdf", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
