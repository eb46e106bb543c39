using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Http;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Records;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Orders;

public abstract class OutcomeContract : OrderContract
{
    [Fact]
    public async Task Should_be_either_cancelled_or_shipped_when_both_come_at_once()
    {
        await Shop.StockAsync("MUG", 50);
        for (var round = 0; round < 10; round++)
        {
            var order = await CompletedAsync();
            var answers = await Task.WhenAll(Shop.TellAsync(order, "cancel"), Shop.TellAsync(order, "shipped"));
            var (cancelled, shipped) = (answers[0].StatusCode == HttpStatusCode.Accepted, answers[1].StatusCode == HttpStatusCode.OK);
            Assert.True(cancelled != shipped, $"{answers[0].StatusCode} and {answers[1].StatusCode}");
            Assert.Equal(HttpStatusCode.Conflict, answers[cancelled ? 1 : 0].StatusCode);
            Assert.Equal(cancelled ? "undoing" : "shipped", (await Shop.ShowAsync(order)).Status);
            await Eventually.AssertAsync(() => Shop.News.Count<OrderCancelled>(order) == (cancelled ? 1 : 0) && Shop.News.Count<OrderShipped>(order) == (shipped ? 1 : 0));
        }
    }

    [Fact]
    public async Task Should_show_who_asks_again_with_the_key_that_the_order_was_cancelled_since()
    {
        await Shop.StockAsync("MUG", 5);
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"), key: "cancelled");
        using var cancelled = await Shop.TellAsync(order.Id, "cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        using var again = await Shop.PostAsync(OrderShop.Ask("MUG"), "cancelled");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var view = (await again.Content.ReadFromJsonAsync<OrderView>())!;
        Assert.Equal((order.Id, "undoing"), (view.Id, view.Status));
        Assert.Single(Shop.Gateway.Charges);
    }

    [Fact]
    public async Task Should_say_why_a_parcel_must_not_leave()
    {
        await Shop.StockAsync("MUG", 50);
        var accepted = (await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id;
        await ConflictAsync(accepted, "shipped", "may be undone yet");
        using (var cancelled = await Shop.TellAsync(accepted, "cancel", new OrderCancellation("Too blue.")))
            Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        using (var again = await Shop.TellAsync(accepted, "cancel"))
            Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await ConflictAsync(accepted, "shipped", "Too blue.");
        await Shop.PublishAsync(new OrderUndone(accepted, "Too blue."));
        await Eventually.AssertAsync(async () => (await Shop.ShowAsync(accepted)).Status == "undone");
        await ConflictAsync(accepted, "shipped", "Do not send the parcel");
        Assert.Equal(1, Shop.News.Count<OrderCancelled>(accepted));

        var shipped = await CompletedAsync();
        Assert.Equal(HttpStatusCode.OK, (await Shop.TellAsync(shipped, "shipped")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Shop.TellAsync(shipped, "shipped")).StatusCode);
        await ConflictAsync(shipped, "cancel", "Send it back instead");
        Assert.Equal(HttpStatusCode.NotFound, (await Shop.TellAsync(Guid.NewGuid(), "shipped")).StatusCode);
    }

    [Fact]
    public async Task Should_sell_what_is_reserved_and_put_it_back_once()
    {
        await Shop.StockAsync("MUG", 5);
        await Shop.StockAsync("POT", 5);
        var order = (await Shop.PlaceAsync(OrderShop.Ask("MUG") with { Lines = [new("MUG", 2), new("POT", 1)] })).Id;
        await Shop.PublishAsync(new CommitStock(order));
        await Shop.PublishAsync(new CommitStock(order));
        await Eventually.AssertAsync(() => Shop.News.Count<StockCommitted>(order) == 2);
        Assert.Equal((3L, 4L), (await Shop.AvailableAsync("MUG"), await Shop.AvailableAsync("POT")));
        await Shop.PublishAsync(new ReleaseStock(order));
        await Shop.PublishAsync(new ReleaseStock(order));
        await Eventually.AssertAsync(() => Shop.News.Count<StockReleased>(order) == 2);
        Assert.Equal((5L, 5L), (await Shop.AvailableAsync("MUG"), await Shop.AvailableAsync("POT")));
        await Shop.PublishAsync(new CommitStock(order));
        await Eventually.AssertAsync(() => Shop.News.Count<OrderStepRefused>(order) == 1);
    }

    [Fact]
    public async Task Should_put_everything_back_while_others_order_the_same()
    {
        await Shop.StockAsync("MUG", 40);
        var orders = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Shop.PlaceAsync(OrderShop.Ask("MUG"))));
        var more = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Shop.PlaceAsync(OrderShop.Ask("MUG"))));
        await Task.WhenAll(orders.Select(order => Shop.PublishAsync(new ReleaseStock(order.Id))));
        await more;
        await Eventually.AssertAsync(() => orders.All(order => Shop.News.Count<StockReleased>(order.Id) == 1));
        Assert.Equal(30, await Shop.AvailableAsync("MUG"));
    }

    [Fact]
    public async Task Should_list_orders_from_the_facts_and_make_the_list_anew()
    {
        await Shop.StockAsync("MUG", 500);
        var orders = new List<Guid>();
        for (var i = 0; i < 60; i++)
            orders.Add((await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id);
        await Shop.AddAsync(orders[7], new OrderFact.Completed([]));
        await Shop.ProjectAsync();
        var before = await ListAsync("/api/orders");
        Assert.Equal(orders.AsEnumerable().Reverse(), before.Select(order => order.Id));
        Assert.Equal(orders[7], Assert.Single(await ListAsync("/api/orders?status=completed")).Id);

        // Rows that are wrong, missing, and of no order at all.
        await Shop.QueryAsync(async db =>
        {
            await db.Set<OrderViewRow>().Where(row => row.Id == orders[1]).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, "shipped"));
            await db.Set<OrderViewRow>().Where(row => row.Id == orders[2]).ExecuteDeleteAsync();
            db.Add(new OrderViewRow { Id = Guid.NewGuid(), Number = "0000-0000-0000", Status = "accepted", Currency = "NOK" });
            return await db.SaveChangesAsync();
        });
        using var answer = await Shop.Http.PostAsync(new Uri("/api/orders/projection/rebuild", UriKind.Relative), null);
        Assert.Equal((HttpStatusCode.Accepted, 60), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<OrderRebuild>())!.Orders));
        // Orders go on meanwhile.
        orders.Add((await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id);
        await Eventually.AssertAsync(async () => (await ListAsync("/api/orders")).Count == 61);
        var after = await ListAsync("/api/orders");
        Assert.Equal(before, after.Skip(1));
        Assert.Equal(0, await Shop.QueryAsync(db => db.Set<OrderEventRow>().CountAsync(row => row.UnprojectedSince != null)));
    }

    [Fact]
    public async Task Should_make_the_list_anew_beside_orders_that_go_on()
    {
        await Shop.StockAsync("MUG", 1_000_000_000);
        var orders = new ConcurrentBag<Guid>();
        using var enough = new CancellationTokenSource();
        var placing = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!enough.IsCancellationRequested)
            {
                var order = (await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id;
                orders.Add(order);
                await Shop.AddAsync(order, new OrderFact.Completed([]));
            }
        }));
        for (var i = 0; i < 5; i++)
        {
            var before = orders.Count;
            using var answer = await Shop.Http.PostAsync(new Uri("/api/orders/projection/rebuild", UriKind.Relative), null);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            await Eventually.AssertAsync(() => orders.Count > before + 4);
        }

        await enough.CancelAsync();
        await placing;
        await Eventually.AssertAsync(async () => (await ListAsync("/api/orders?status=completed")).Select(order => order.Id).Order().SequenceEqual(orders.Order()));
    }

    [Fact]
    public async Task Should_list_the_others_when_one_order_cannot_be_read()
    {
        await Shop.StockAsync("MUG", 5);
        var unreadable = (await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id;
        var at = DateTimeOffset.UnixEpoch;
        await Shop.QueryAsync(async db =>
        {
            db.Add(new OrderEventRow { OrderId = unreadable, Slot = "teleported", Name = "teleported", Body = "{}", At = at, UnprojectedSince = at });
            return await db.SaveChangesAsync();
        });
        var order = (await Shop.PlaceAsync(OrderShop.Ask("MUG"))).Id;
        await Eventually.AssertAsync(async () => (await ListAsync("/api/orders")).Any(row => row.Id == order));
        await Eventually.AssertAsync(() => Shop.QueryAsync(db => db.Set<OrderEventRow>().AllAsync(row => row.UnprojectedSince == null || row.OrderId == unreadable)));
    }

    [Fact]
    public async Task Should_say_that_there_is_no_such_page_of_products()
    {
        using var answer = await Shop.Http.GetAsync(new Uri("/api/products?after=%00", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Should_show_all_facts_when_projectors_race()
    {
        await Shop.StockAsync("MUG", 500);
        var orders = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Shop.PlaceAsync(OrderShop.Ask("MUG"))));
        var writing = Task.WhenAll(orders.Select(order => Shop.AddAsync(order.Id, new OrderFact.Completed([]))));
        var others = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<OrderProjector>(Shop.Services)).ToList();
        await Task.WhenAll(others.Select(async projector =>
        {
            for (var i = 0; i < 20; i++)
                await projector.RunOnceAsync(CancellationToken.None);
        }));
        await writing;
        await Eventually.AssertAsync(async () => (await ListAsync("/api/orders?status=completed")).Count == 10);
    }

    private async Task<Guid> CompletedAsync()
    {
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"));
        await Shop.PublishAsync(new OrderCompleted(order.Id, []));
        await Eventually.AssertAsync(async () => (await Shop.ShowAsync(order.Id)).Status == "completed");
        return order.Id;
    }

    private async Task ConflictAsync(Guid order, string what, string why)
    {
        var before = await Shop.ShowAsync(order);
        using var answer = await Shop.TellAsync(order, what);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(why, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equivalent(before, await Shop.ShowAsync(order));
    }

    private async Task<IReadOnlyList<OrderListEntry>> ListAsync(string path)
    {
        List<OrderListEntry> orders = [];
        for (string? next = ""; next is not null;)
        {
            var page = (await Shop.Http.GetFromJsonAsync<OrderPage>(new Uri(next.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}after={next}", UriKind.Relative)))!;
            orders.AddRange(page.Orders);
            next = page.Next;
        }

        return orders;
    }
}
