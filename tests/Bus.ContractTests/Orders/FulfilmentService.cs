using System.Collections.Concurrent;
using System.Net.Http.Json;
using Bus.Contracts.Orders;
using Bus.Persistence;
using Bus.Services.Orders;
using Bus.Services.Orders.Fulfilment;
using Bus.Services.Orders.Fulfilment.Http;
using Bus.Services.Orders.Journal;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Bus.ContractTests.Orders;

public sealed class FulfilmentDb(DbContextOptions<FulfilmentDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.AddOrderEntities();
        modelBuilder.AddOrderFulfilmentEntities();
    }
}

/// <summary>The answers that the saga would have heard.</summary>
public sealed class Answers
{
    private readonly ConcurrentQueue<(Guid Order, object Message)> _heard = new();

    public void Add(Guid order, object message) => _heard.Enqueue((order, message));

    public IReadOnlyList<T> Of<T>(Guid order) => [.. _heard.Where(answer => answer.Order == order).Select(answer => answer.Message).OfType<T>()];

    public int Count<T>() => _heard.Count(answer => answer.Message is T);
}

/// <summary>Listens in the saga's stead.</summary>
public sealed class AnswerListener(Answers answers)
    : IConsumer<ShippingLabelCreated>, IConsumer<ShippingLabelVoided>, IConsumer<InvoiceMade>, IConsumer<InvoiceCredited>, IConsumer<WarehouseInformed>, IConsumer<WarehouseRecalled>, IConsumer<OrderAnalysed>,
      IConsumer<OrderStepRefused>, IConsumer<Fault<CreateShippingLabel>>
{
    public Task Consume(ConsumeContext<ShippingLabelCreated> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<ShippingLabelVoided> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<InvoiceMade> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<InvoiceCredited> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<WarehouseInformed> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<WarehouseRecalled> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderAnalysed> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<OrderStepRefused> context) => Note(context.Message.OrderId, context.Message);

    public Task Consume(ConsumeContext<Fault<CreateShippingLabel>> context) => Note(context.Message.Message.OrderId, context.Message);

    private Task Note(Guid order, object message)
    {
        answers.Add(order, message);
        return Task.CompletedTask;
    }
}

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

    public Answers Answers => _app.Services.GetRequiredService<Answers>();

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
        builder.Services.AddSingleton<Answers>();
        builder.Services.AddOrderFulfilment<FulfilmentDb>(builder.Configuration);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.RecognizeSettings(OrderOptions.Section);
            bus.UseDatabase<FulfilmentDb>();
            bus.Registration.AddOrderFulfilmentConsumers();
            bus.Registration.AddConsumer<AnswerListener>();
        });
        var app = builder.Build();
        app.MapOrderFulfilment();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<FulfilmentDb>().Database.EnsureCreatedAsync();
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

    public async Task<T> QueryAsync<T>(Func<FulfilmentDb, Task<T>> query)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<FulfilmentDb>());
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
