using System.Net;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Journal;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Orders;

public abstract class GatewayContract : OrderContract
{
    protected override (string Key, string Value)[] Settings => [("Bus:Orders:Gateway:TryWithin", "00:00:00.700"), ("Bus:Orders:ChargeWithin", "00:00:04")];

    [Theory]
    [InlineData(GatewayFault.AnswerLost)]
    [InlineData(GatewayFault.Malformed)]
    [InlineData(GatewayFault.Twice)]
    [InlineData(GatewayFault.TooMany)]
    [InlineData(GatewayFault.Broken)]
    public async Task Should_be_asked_again_with_the_same_key(GatewayFault fault)
    {
        await Shop.StockAsync("MUG", 5);
        Shop.Gateway.Faults.Enqueue(fault);
        if (fault != GatewayFault.TooMany)
            Shop.Gateway.Faults.Enqueue(fault);
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"));
        Assert.Equal("accepted", order.Status);
        Assert.Equal(fault == GatewayFault.TooMany ? 2 : 3, Shop.Gateway.TriesOf($"{order.Id:D}"));
        Assert.Equal(order.Id.ToString(), Assert.Single(Shop.Gateway.Charges).Reference);
    }

    [Fact]
    public async Task Should_be_charged_once_by_a_gateway_that_answers_too_late()
    {
        await Shop.StockAsync("MUG", 5);
        Shop.Gateway.Faults.Enqueue(GatewayFault.Late);
        var placing = Shop.PlaceAsync(OrderShop.Ask("MUG"));
        // The first try was given up; while the gateway still works on it the next one is told so.
        await Eventually.AssertAsync(() => Shop.QueryAsync(async db => await db.Set<OrderEventRow>().AnyAsync()));
        var id = await Shop.QueryAsync(db => db.Set<OrderEventRow>().Select(row => row.OrderId).SingleAsync());
        await Eventually.AssertAsync(() => Shop.Gateway.TriesOf($"{id:D}") > 2);
        Shop.Gateway.Patience.SetResult();
        Assert.Equal("accepted", (await placing).Status);
        Assert.Single(Shop.Gateway.Charges);
    }

    [Fact]
    public async Task Should_leave_the_order_pending_and_settle_it_later_when_the_gateway_says_nothing()
    {
        await Shop.StockAsync("MUG", 5);
        Shop.Gateway.Always = GatewayFault.AnswerLost;
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG", 2), HttpStatusCode.Accepted, key: "pending");
        Assert.Equal(("pending", 3L), (order.Status, await Shop.AvailableAsync("MUG")));
        await Shop.PublishAsync(new SettlePayment(order.Id));
        await Eventually.AssertAsync(() => Shop.Gateway.TriesOf($"{order.Id:D}") > 10);
        Shop.Gateway.Always = null;
        await Eventually.AssertAsync(async () => (await Shop.ShowAsync(order.Id)).Status == "accepted");
        await Eventually.AssertAsync(() => Shop.News.Count<OrderCharged>(order.Id) == 1);
        Assert.Equal(order.Id, (await Shop.PlaceAsync(OrderShop.Ask("MUG", 2), key: "pending")).Id);
        Assert.Single(Shop.Gateway.Charges);
    }

    [Fact]
    public async Task Should_write_one_answer_when_desk_and_settling_race()
    {
        await Shop.StockAsync("MUG", 50);
        // Whenever the desk's charge is made, the settling asks as well, and both write.
        Shop.Gateway.AfterCharge = reference => Shop.PublishAsync(new SettlePayment(Guid.Parse(reference)));
        var orders = await Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
        {
            using var answer = await Shop.PostAsync(OrderShop.Ask("MUG", source: number % 2 == 0 ? "tok_1" : "declined"));
            return answer.StatusCode;
        }));
        Assert.Equal(5, orders.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(5, orders.Count(status => status == HttpStatusCode.PaymentRequired));
        Assert.Equal(45, await Shop.AvailableAsync("MUG"));
        Shop.RequireChargedAtMostOnce();
        Assert.Equal(5, Shop.Gateway.Charges.Count);
        await Eventually.AssertAsync(() => Shop.News.Heard.Count(news => news.Message is OrderCharged) >= 5 && Shop.News.Heard.Count(news => news.Message is OrderRefused) >= 5);
    }

    [Fact]
    public async Task Should_refund_once_and_take_no_money_afterwards()
    {
        await Shop.StockAsync("MUG", 5);
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"));
        Shop.Gateway.Faults.Enqueue(GatewayFault.AnswerLost);
        await Shop.PublishAsync(new RefundPayment(order.Id));
        await Eventually.AssertAsync(() => Shop.News.Count<PaymentRefunded>(order.Id) == 1);
        await Shop.PublishAsync(new RefundPayment(order.Id));
        await Eventually.AssertAsync(() => Shop.News.Count<PaymentRefunded>(order.Id) == 2);
        Assert.Equal(order.Id.ToString(), Assert.Single(Shop.Gateway.Refunds));
        Assert.Equal(2, Shop.Gateway.TriesOf($"refund-{order.Id:D}"));
        Assert.Equal("undoing", (await Shop.ShowAsync(order.Id)).Status);
    }
}

public abstract class GivingUpContract : OrderContract
{
    protected override (string Key, string Value)[] Settings => [("Bus:Orders:Gateway:TryWithin", "00:00:00.500"), ("Bus:Orders:ChargeWithin", "00:00:00.900"), ("Bus:Orders:GiveUpAfter", "00:00:03")];

    [Fact]
    public async Task Should_refuse_the_order_only_when_it_is_certain_that_nobody_is_charged()
    {
        await Shop.StockAsync("MUG", 5);
        Shop.Gateway.Always = GatewayFault.Broken;
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"), HttpStatusCode.Accepted, key: "given-up");
        await Shop.PublishAsync(new SettlePayment(order.Id));
        await Eventually.AssertAsync(() => Shop.Gateway.TriesOf($"{order.Id:D}") > 0);
        Assert.Equal(("pending", 4L), ((await Shop.ShowAsync(order.Id)).Status, await Shop.AvailableAsync("MUG")));
        await Eventually.AssertAsync(async () => (await Shop.ShowAsync(order.Id)).Story.Any(entry => entry.What == "voiding"));
        Assert.Equal(("pending", 4L), ((await Shop.ShowAsync(order.Id)).Status, await Shop.AvailableAsync("MUG")));
        Shop.Gateway.Always = null;
        await Eventually.AssertAsync(() => Shop.News.Count<OrderRefused>(order.Id) == 1);
        Assert.Equal(("refused", 5L), ((await Shop.ShowAsync(order.Id)).Status, await Shop.AvailableAsync("MUG")));
        using var again = await Shop.PostAsync(OrderShop.Ask("MUG"), "given-up");
        Assert.Equal(HttpStatusCode.PaymentRequired, again.StatusCode);
        Assert.Contains("could not be confirmed in time", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Shop.Gateway.Charges);
    }

    [Fact]
    public async Task Should_not_charge_an_order_that_was_cancelled_while_it_was_pending()
    {
        await Shop.StockAsync("MUG", 5);
        Shop.Gateway.Always = GatewayFault.Broken;
        var order = await Shop.PlaceAsync(OrderShop.Ask("MUG"), HttpStatusCode.Accepted);
        using var cancelled = await Shop.TellAsync(order.Id, "cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Shop.Gateway.Always = null;
        await Shop.PublishAsync(new SettlePayment(order.Id));
        await Eventually.AssertAsync(() => Shop.News.Count<OrderRefused>(order.Id) == 1);
        Assert.Equal(5, await Shop.AvailableAsync("MUG"));
        Assert.Equal(["placed", "cancelled", "voiding", "given-up"], (await Shop.ShowAsync(order.Id)).Story.Select(entry => entry.What));
        Assert.Empty(Shop.Gateway.Charges);
    }
}
