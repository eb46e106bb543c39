using System.Net;
using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Http;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Orders;

/// <summary>
/// Customers order from two processes, two others fulfil; all are killed at random, the gateway and the carrier fail, the broker dies. In the end every order is completed, undone or refused as its customer's case says,
/// and everybody's books agree: the gateway's, the carrier's, the shelves', the warehouse's, the accounts'. The short form has 60 orders and 6 kills; the long one 1,000 and 40.
/// </summary>
public sealed class When_processes_on_orders_die
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";
    private static readonly (int Orders, int Kills) Size = IsLong ? (1_000, 40) : (60, 6);

    // What goes wrong at the gateway and at the carrier, over and over.
    private static readonly GatewayFault[] GatewayFaults = [GatewayFault.Broken, GatewayFault.AnswerLost, GatewayFault.Late, GatewayFault.TooMany, GatewayFault.Malformed, GatewayFault.Twice];
    private static readonly CarrierFault[] CarrierFaults = [CarrierFault.Broken, CarrierFault.AnswerLost, CarrierFault.Silent, CarrierFault.TooMany, CarrierFault.Malformed];

    [Fact]
    public async Task Should_settle_every_order_in_a_folder()
    {
        await using var system = await OrderSystem.InFolderAsync();
        await SweepAsync(system, _ => Task.CompletedTask);
    }

    [Fact]
    public async Task Should_settle_every_order_on_RabbitMq_and_PostgreSql()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var system = await OrderSystem.OnServersAsync(servers);
        await SweepAsync(system, async kill =>
        {
            if (kill != Size.Kills / 2)
                return;
            await servers.KillRabbitAsync();
            await servers.StartRabbitAsync();
        });
    }

    private static async Task SweepAsync(OrderSystem system, Func<int, Task> atKill)
    {
        await system.StartAsync();
        var cases = Enumerable.Range(0, Size.Orders).Select(number => new OrderCase(number)).ToList();
        var ids = new Guid[cases.Count];
        var placed = 0;
        List<Task> placing = [];
        var random = new Random(20_261_130);
        for (var kill = 0; kill <= Size.Kills; kill++)
        {
            // A part of the orders for each kill, which comes when half of them are placed and on their way.
            var part = cases[Part(kill)..Part(kill + 1)];
            placing.Add(Parallel.ForEachAsync(part, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
            {
                ids[one.Number] = await system.PlaceAsync(one);
                Interlocked.Increment(ref placed);
            }));
            if (kill == Size.Kills)
                break;
            system.Gateway.Faults.Enqueue(GatewayFaults[kill % GatewayFaults.Length]);
            system.Carrier.Faults.Enqueue(CarrierFaults[kill % CarrierFaults.Length]);
            var goal = Part(kill) + (part.Count / 2);
            await Eventually.AssertAsync(() => placing.Any(task => task.IsFaulted) || Volatile.Read(ref placed) >= goal, TimeSpan.FromMinutes(3), system.Log);
            await system.KillAsync(random.Next(OrderSystem.Processes));
            // Who was kept waiting hears at last, if anybody listens still.
            system.Gateway.Patience.TrySetResult();
            system.Gateway.Patience = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await atKill(kill);
        }

        system.Gateway.Patience.TrySetResult();
        await Task.WhenAll(placing);
        await system.EndedAsync(Size.Orders);
        await system.SettleAsync();
        await CheckAsync(system, cases, ids);
        Assert.Equal((0, 0), (system.Gateway.Faults.Count, system.Carrier.Faults.Count));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Size.Orders} orders, {Size.Kills} kills, {system.Gateway.Charges.Count} charges, {system.Gateway.Refunds.Count} refunds, {system.Carrier.Made} labels, {system.Refusals} answers that were no answer.");
    }

    private static int Part(int kill) => Size.Orders * kill / (Size.Kills + 1);

    private static async Task CheckAsync(OrderSystem system, List<OrderCase> cases, Guid[] ids)
    {
        Assert.Equal(cases.Count, ids.Distinct().Count());
        var orders = await Task.WhenAll(ids.Select(system.ShowAsync));
        var wrong = cases.Zip(orders).Where(pair => pair.First.Expected != pair.Second.Status).Select(pair => $"{pair.First}: {pair.Second.Status} instead of {pair.First.Expected}, {pair.Second.Reason}").ToList();
        Assert.True(wrong.Count == 0, $"{string.Join('\n', wrong)}\n{await system.DeadLettersAsync()}");
        Assert.True(await system.CountAsync("SELECT count(*) FROM bus_dead_letter") == 0, await system.DeadLettersAsync());
        var completed = orders.Where(order => order.Status == "completed").ToList();
        CheckMoney(system.Gateway, orders);
        await CheckShelvesAsync(system, completed);
        Assert.Equal(completed.Select(order => order.Id.ToString("D")).Order(StringComparer.Ordinal), system.Carrier.Valid.Order(StringComparer.Ordinal));
        Assert.Equal(completed.Count, await system.CountAsync("SELECT count(*) FROM warehouse_order WHERE state = 0"));
        await CheckAccountsAsync(system, orders, completed);
        await CheckStatisticsAsync(system, cases, orders);
    }

    // Taken once, and given back where nothing was delivered.
    private static void CheckMoney(GatewayServer gateway, IReadOnlyList<OrderView> orders)
    {
        var charges = gateway.Charges.ToLookup(charge => charge.Reference, StringComparer.Ordinal);
        var refunds = gateway.Refunds.ToLookup(reference => reference, StringComparer.Ordinal);
        foreach (var order in orders)
        {
            var (taken, returned) = (charges[order.Id.ToString("D")].ToList(), refunds[order.Id.ToString("D")].Count());
            Assert.True(taken.Count == (order.Status == "refused" ? 0 : order.Status == "completed" ? 1 : Math.Min(taken.Count, 1)), $"{order.Number} is {order.Status} and was charged {taken.Count} times.");
            Assert.True(returned == (order.Status == "undone" ? taken.Count : 0), $"{order.Number} is {order.Status}, was charged {taken.Count} times and refunded {returned} times.");
            Assert.All(taken, charge => Assert.Equal((order.Total, order.Currency), (charge.Amount, charge.Currency)));
        }

        Assert.Equal(charges.Count, orders.Count(order => charges.Contains(order.Id.ToString("D"))));
    }

    private static async Task CheckShelvesAsync(OrderSystem system, List<OrderView> completed)
    {
        var sold = completed.SelectMany(order => order.Lines).ToLookup(line => line.Sku, line => (long)line.Quantity, StringComparer.Ordinal);
        var page = await system.GetAsync<ProductPage>("/api/products");
        Assert.Equal(OrderCase.Products, page.Products.Count);
        Assert.All(page.Products, product => Assert.Equal(OrderSystem.Stock - sold[product.Sku].Sum(), product.Available));
        Assert.Equal(0, await system.CountAsync("SELECT count(*) FROM stock_reservation WHERE state = 0"));
    }

    private static async Task CheckAccountsAsync(OrderSystem system, IReadOnlyList<OrderView> orders, List<OrderView> completed)
    {
        foreach (var kind in (int[])[0, 1])
            Assert.Equal(await system.CountAsync($"SELECT coalesce(max(number), 0) FROM invoice WHERE kind = {kind}"), await system.CountAsync($"SELECT count(number) FROM invoice WHERE kind = {kind}"));
        // What stands against nothing is what was delivered.
        Assert.Equal(completed.Count, await system.CountAsync("SELECT count(*) FROM invoice i WHERE kind = 0 AND number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invoice c WHERE c.order_id = i.order_id AND c.kind = 1)"));
        foreach (var order in completed.Take(20))
            Assert.Equal(HttpStatusCode.OK, await system.StatusAsync($"/api/orders/{order.Id:D}/invoice"));
        Assert.All(orders.Where(order => order.Status == "completed"), order => Assert.NotNull(order.InvoiceNumber));
    }

    private static async Task CheckStatisticsAsync(OrderSystem system, List<OrderCase> cases, IReadOnlyList<OrderView> orders)
    {
        var counted = cases.Zip(orders).Where(pair => pair.Second.Story.Any(entry => entry.What == "analysed")).SelectMany(pair => pair.First.Lines).ToLookup(line => line.Sku, line => (long)line.Quantity, StringComparer.Ordinal);
        var statistics = await system.GetAsync<IReadOnlyList<OrderStatistic>>("/api/orders/statistics");
        Assert.Equal(
            counted.Select(lines => (lines.Key, (long)lines.Count(), lines.Sum())).Order(),
            statistics.GroupBy(line => line.Sku, StringComparer.Ordinal).Select(lines => (lines.Key, lines.Sum(line => line.Orders), lines.Sum(line => line.Quantity))).Order());
    }
}
