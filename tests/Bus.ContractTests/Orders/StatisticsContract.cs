using System.Net;
using System.Net.Http.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>Every order is counted once, however many count at a time, and whoever adds up meanwhile.</summary>
public abstract class StatisticsContract : FulfilmentTests
{
    [Fact]
    public async Task Should_count_an_order_once_by_day_and_product()
    {
        var (id, _) = await Service.PlaceAsync("NO", new OrderLine("MUG", "Mug", 2, 1_000), new OrderLine("CAP", "Cap", 1, 9_900), new OrderLine("MUG", "Mug", 3, 900));

        await Service.AskAsync<OrderAnalysed>(id, new OrderPlaced(id));
        await Service.AskAsync<OrderAnalysed>(id, new OrderPlaced(id), answers: 2);

        var lines = await ReadAsync();
        Assert.Equal([("CAP", "NOK", 1L, 1L, 9_900L), ("MUG", "NOK", 1L, 5L, 4_700L)], lines.Select(line => (line.Sku, line.Currency, line.Orders, line.Quantity, line.Amount)));
        Assert.True((await Service.ReadAsync(id)).Has<OrderFact.Analysed>());
    }

    [Fact]
    public async Task Should_count_exactly_while_many_processes_count_and_add_up()
    {
        const int Orders = 150;
        await using var second = await StartAsync();
        OrderLine[] lines = [new("MUG", "Mug", 2, 1_000), new("CAP", "Cap", 1, 9_900), new("PEN", "Pen", 7, 50)];
        var orders = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => Service.PlaceAsync("NO", lines)));
        using var counted = new CancellationTokenSource();
        var adding = Task.WhenAll(AddUpAsync(Service, counted.Token), AddUpAsync(second, counted.Token));

        await Task.WhenAll(orders.Select(order => Task.WhenAll(Service.PublishAsync(new OrderPlaced(order.Id)), second.PublishAsync(new OrderPlaced(order.Id)))));
        foreach (var (id, _) in orders)
        {
            await Service.HearAsync<OrderAnalysed>(id);
            await second.HearAsync<OrderAnalysed>(id);
        }

        (string, long, long, long)[] expected = [("CAP", Orders, Orders, Orders * 9_900L), ("MUG", Orders, Orders * 2, Orders * 2_000L), ("PEN", Orders, Orders * 7, Orders * 350L)];
        // As it is, with what is added up and what is not; and when all is.
        Assert.Equal(expected, (await ReadAsync()).Select(line => (line.Sku, line.Orders, line.Quantity, line.Amount)));
        await counted.CancelAsync();
        await adding;
        while (await Service.QueryAsync(db => db.Set<OrderSaleRow>().AnyAsync()))
            await Service.Services.GetRequiredService<StatisticsLoop>().RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, (await ReadAsync()).Select(line => (line.Sku, line.Orders, line.Quantity, line.Amount)));
        Assert.Equal(3, await Service.QueryAsync(db => db.Set<OrderStatisticRow>().CountAsync()));
    }

    [Theory]
    [InlineData("?from=2026-12-02&to=2026-12-01")]
    [InlineData("?from=yesterday")]
    public async Task Should_refuse_days_that_make_no_sense(string query)
    {
        using var answer = await Service.Http.GetAsync(new Uri($"/api/orders/statistics{query}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Should_leave_out_other_days()
    {
        var (id, _) = await Service.PlaceAsync();
        await Service.AskAsync<OrderAnalysed>(id, new OrderPlaced(id));

        Assert.Empty(await ReadAsync("?from=2001-01-01&to=2001-01-31"));
        Assert.Single(await ReadAsync("?from=2001-01-01"));
        Assert.Empty(await ReadAsync("?to=0001-01-01"));
    }

    private async Task<IReadOnlyList<OrderStatistic>> ReadAsync(string query = "") =>
        (await Service.Http.GetFromJsonAsync<IReadOnlyList<OrderStatistic>>(new Uri($"/api/orders/statistics{query}", UriKind.Relative)))!;

    private static async Task AddUpAsync(FulfilmentService service, CancellationToken counted)
    {
        while (!counted.IsCancellationRequested)
        {
            await using var scope = service.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<OrderStatistics>().AddUpAsync(7, CancellationToken.None);
            await Task.Yield();
        }
    }
}
