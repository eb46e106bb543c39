using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment.Warehouse;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>The warehouse has what it was told, and never what it was told to forget.</summary>
public abstract class WarehouseContract : FulfilmentTests
{
    [Fact]
    public async Task Should_keep_all_that_it_needs_of_an_order()
    {
        var (id, order) = await Service.PlaceAsync("NO", new OrderLine("MUG", "Mug", 2, 1_000), new OrderLine("CAP", "Cap", 1, 9_900));

        await Service.AskAsync<WarehouseInformed>(id, new OrderAccepted(id, order));
        await Service.AskAsync<WarehouseInformed>(id, new OrderAccepted(id, order), answers: 2);

        var row = await RowAsync(id);
        Assert.Equal((WarehouseOrderState.TakenIn, order.Number), (row.State, row.Number));
        Assert.Equal([("MUG", 2), ("CAP", 1)], JsonDocument.Parse(row.Lines!).RootElement.EnumerateArray().Select(line => (line.GetProperty("sku").GetString()!, line.GetProperty("quantity").GetInt32())));
        Assert.Equal(order.Address, JsonSerializer.Deserialize<OrderAddress>(row.Address!, JsonSerializerOptions.Web));
        Assert.True((await Service.ReadAsync(id)).Has<OrderFact.WarehouseInformed>());
    }

    [Fact]
    public async Task Should_take_in_once_what_comes_many_times_at_once()
    {
        var (id, order) = await Service.PlaceAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Service.PublishAsync(new OrderAccepted(id, order))));

        await Service.HearAsync<WarehouseInformed>(id, 10);
        Assert.Equal(WarehouseOrderState.TakenIn, (await RowAsync(id)).State);
    }

    [Fact]
    public async Task Should_forget_what_is_recalled_and_not_take_it_in_again()
    {
        var (id, order) = await Service.PlaceAsync();
        await Service.AskAsync<WarehouseInformed>(id, new OrderAccepted(id, order));

        await Service.AskAsync<WarehouseRecalled>(id, new RecallFromWarehouse(id));
        await Service.AskAsync<WarehouseRecalled>(id, new RecallFromWarehouse(id), answers: 2);
        await Service.AskAsync<OrderStepRefused>(id, new OrderAccepted(id, order));

        Assert.Equal(WarehouseOrderState.Recalled, (await RowAsync(id)).State);
        Assert.True((await Service.ReadAsync(id)).Has<OrderFact.WarehouseRecalled>());
    }

    [Fact]
    public async Task Should_not_take_in_what_was_recalled_before_it_came()
    {
        var (id, order) = await Service.PlaceAsync();

        await Service.AskAsync<WarehouseRecalled>(id, new RecallFromWarehouse(id));
        var refused = await Service.AskAsync<OrderStepRefused>(id, new OrderAccepted(id, order));

        Assert.Equal(OrderSteps.Warehouse, Assert.Single(refused).Step);
        Assert.Equal(WarehouseOrderState.Recalled, (await RowAsync(id)).State);
        Assert.False((await Service.ReadAsync(id)).Has<OrderFact.WarehouseInformed>());
    }

    [Fact]
    public async Task Should_end_recalled_where_order_and_recall_come_at_once()
    {
        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Service.PlaceAsync()));

        await Task.WhenAll(orders.Select(async placed =>
        {
            await Task.WhenAll(Service.PublishAsync(new OrderAccepted(placed.Id, placed.Order)), Service.PublishAsync(new RecallFromWarehouse(placed.Id)));
            await Service.HearAsync<WarehouseRecalled>(placed.Id);
        }));

        Assert.Equal(20, await Service.QueryAsync(db => db.Set<WarehouseOrderRow>().CountAsync(row => row.State == WarehouseOrderState.Recalled)));
    }

    private Task<WarehouseOrderRow> RowAsync(Guid id) => Service.QueryAsync(db => db.Set<WarehouseOrderRow>().SingleAsync(row => row.OrderId == id));
}
