using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Http;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Stock;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Orders;

public abstract class CheckoutContract : OrderContract
{
    [Fact]
    public async Task Should_take_the_stock_and_the_money_once_and_say_so_to_the_saga()
    {
        await Shop.StockAsync("MUG", 10, price: 12_900);
        await Shop.StockAsync("POT", 3, price: 49_900);
        var asked = OrderShop.Ask("MUG", 2) with { Lines = [new("mug", 2), new("POT", 1), new("MUG", 1)], Total = (3 * 12_900) + 49_900 };

        var order = await Shop.PlaceAsync(asked);

        Assert.Equal(("accepted", 88_600L, "NOK"), (order.Status, order.Total, order.Currency));
        Assert.Equal([new OrderLine("MUG", "The MUG", 3, 12_900), new OrderLine("POT", "The POT", 1, 49_900)], order.Lines);
        Assert.Equal(["placed", "charged"], order.Story.Select(entry => entry.What));
        Assert.Equal((7L, 2L), (await Shop.AvailableAsync("MUG"), await Shop.AvailableAsync("POT")));
        Assert.Equal((order.Id.ToString(), 88_600L, "NOK"), Assert.Single(Shop.Gateway.Charges));
        await Eventually.AssertAsync(() => Shop.News.Count<OrderSubmitted>(order.Id) == 1 && Shop.News.Count<OrderCharged>(order.Id) == 1);
        Assert.Equivalent(order, await Shop.ShowAsync(order.Id));
    }

    [Fact]
    public async Task Should_give_back_the_stock_of_who_is_declined()
    {
        await Shop.StockAsync("MUG", 10);
        using var answer = await Shop.PostAsync(OrderShop.Ask("MUG", 4, source: "declined"));
        Assert.Equal((HttpStatusCode.PaymentRequired, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("Insufficient funds.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var id = problem.GetProperty("order").GetProperty("id").GetGuid();
        Assert.Equal(10, await Shop.AvailableAsync("MUG"));
        Assert.Equal("refused", (await Shop.ShowAsync(id)).Status);
        await Eventually.AssertAsync(() => Shop.News.Count<OrderRefused>(id) == 1);
        Assert.Empty(Shop.Gateway.Charges);
    }

    [Fact]
    public async Task Should_sell_exactly_what_there_is_to_however_many_want_it()
    {
        await Shop.StockAsync("LAST", 5);
        await Shop.StockAsync("MANY", 1_000);
        // Some name the two the other way round: they must not wait for each other in a ring.
        var asked = Enumerable.Range(0, 20).Select(number => OrderShop.Ask("LAST") with { Lines = number % 2 == 0 ? [new("LAST", 1), new("MANY", 1)] : [new("MANY", 1), new("LAST", 1)] });
        var answers = await Task.WhenAll(asked.Select(order => Shop.PostAsync(order)));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(15, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal((0L, 995L), (await Shop.AvailableAsync("LAST"), await Shop.AvailableAsync("MANY")));
        Assert.Equal(5, Shop.Gateway.Charges.Count);
        var refused = await answers.First(answer => answer.StatusCode == HttpStatusCode.Conflict).Content.ReadAsStringAsync();
        Assert.Contains("'LAST'", refused, StringComparison.Ordinal);
        Assert.Equal(10, await Shop.QueryAsync(db => db.Set<ReservationRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_be_one_order_for_one_key_and_two_without()
    {
        await Shop.StockAsync("MUG", 5);
        var (first, second) = (Shop.PostAsync(OrderShop.Ask("MUG", 5), "key-1"), Shop.PostAsync(OrderShop.Ask("MUG", 5), "key-1"));
        var answers = await Task.WhenAll(first, second);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal(answers[0].Headers.Location, answers[1].Headers.Location);
        var id = (await answers[0].Content.ReadFromJsonAsync<OrderView>())!.Id;
        // The stock is gone, and the same call is still that order.
        Assert.Equal(id, (await Shop.PlaceAsync(OrderShop.Ask("mug", 5), key: "key-1")).Id);
        Assert.Equal(0, await Shop.AvailableAsync("MUG"));
        Shop.RequireChargedAtMostOnce();
        Assert.Single(Shop.Gateway.Charges);
        await Eventually.AssertAsync(() => Shop.News.Count<OrderCharged>(id) == 1);
        Assert.Equal(1, Shop.News.Count<OrderSubmitted>(id));
        Assert.Single(Shop.News.Heard, news => news.Message is OrderSubmitted);

        await Shop.StockAsync("MUG", 10);
        using var other = await Shop.PostAsync(OrderShop.Ask("MUG", 4), "key-1");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains(id.ToString(), await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var unkeyed = await Task.WhenAll(Shop.PlaceAsync(OrderShop.Ask("MUG")), Shop.PlaceAsync(OrderShop.Ask("MUG")));
        Assert.NotEqual(unkeyed[0].Id, unkeyed[1].Id);
        Assert.Equal(8, await Shop.AvailableAsync("MUG"));
    }

    [Fact]
    public async Task Should_repeat_the_answer_of_an_order_that_was_declined()
    {
        await Shop.StockAsync("MUG", 5);
        using var first = await Shop.PostAsync(OrderShop.Ask("MUG", source: "declined"), "key-2");
        using var second = await Shop.PostAsync(OrderShop.Ask("MUG", source: "declined"), "key-2");
        Assert.Equal((HttpStatusCode.PaymentRequired, HttpStatusCode.PaymentRequired), (first.StatusCode, second.StatusCode));
        Assert.Equal(5, await Shop.AvailableAsync("MUG"));
        Assert.Equal(1, await Shop.QueryAsync(db => db.Set<OrderEventRow>().CountAsync(row => row.Name == "declined")));
    }

    [Fact]
    public async Task Should_place_nothing_when_the_order_cannot_be()
    {
        await Shop.StockAsync("MUG", 5, price: 99_999_999_999);
        await RefusedAsync(OrderShop.Ask("MUG", 6), HttpStatusCode.Conflict, "'MUG' there are 5 left, and 6 are ordered");
        await RefusedAsync(OrderShop.Ask("CUP"), HttpStatusCode.UnprocessableEntity, "no product 'CUP'");
        await RefusedAsync(OrderShop.Ask("MUG") with { Currency = "EUR" }, HttpStatusCode.UnprocessableEntity, "sold in NOK, not in EUR");
        await RefusedAsync(OrderShop.Ask("MUG") with { Total = 1 }, HttpStatusCode.Conflict, "comes to 99999999999");
        await Shop.StockAsync("MUG", 1_000_000_000, price: 99_999_999_999);
        await RefusedAsync(OrderShop.Ask("MUG", 1_000_000), HttpStatusCode.UnprocessableEntity, "comes to too much");
        Assert.Equal(0, await Shop.QueryAsync(db => db.Set<OrderEventRow>().CountAsync()));
        Assert.Equal(0, await Shop.QueryAsync(db => db.Set<ReservationRow>().CountAsync()));
        Assert.Equal(1_000_000_000, await Shop.AvailableAsync("MUG"));
        Assert.Empty(Shop.Gateway.Charges);
    }

    [Theory]
    [InlineData("""{"lines": [{"sku": "A", "quantity": 1.5}]}""", HttpStatusCode.BadRequest, "lines[0].quantity")]
    [InlineData("""{"lines": [{"sku": "A", "quantity": 99999999999999999999}]}""", HttpStatusCode.BadRequest, "lines[0].quantity")]
    [InlineData("""{"lines": [{"sku": "A", "qty": 1}]}""", HttpStatusCode.BadRequest, "lines[0].qty")]
    [InlineData("""{"lines": [""", HttpStatusCode.BadRequest, "not JSON")]
    [InlineData("""{"lines": [{"sku": "\ud800"}]}""", HttpStatusCode.BadRequest, "not")]
    [InlineData("""{"total": 1e30}""", HttpStatusCode.BadRequest, "total")]
    [InlineData("[]", HttpStatusCode.BadRequest, "not JSON")]
    [InlineData("""{"customer": {"name": "Kari\nBcc: all@example.com", "email": "kari@example.com\r\nBcc: all@example.com"}}""", HttpStatusCode.UnprocessableEntity, "`customer.email` must be one line")]
    [InlineData("null", HttpStatusCode.BadRequest, "null")]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity, "`address.street` is missing")]
    public async Task Should_name_what_is_wrong_with_a_body(string body, HttpStatusCode status, string error)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Shop.Http.PostAsync(new Uri("/api/orders", UriKind.Relative), content);
        var text = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;
        Assert.True(answer.StatusCode == status && text.Contains(error, StringComparison.OrdinalIgnoreCase), $"{answer.StatusCode}: {text}");
    }

    [Fact]
    public async Task Should_ask_the_database_three_times_however_many_products_it_has()
    {
        Assert.SkipUnless(Shop.BatchesRows, "Here each row is a statement of its own, inside of the process.");
        var lines = Enumerable.Range(0, 40).Select(number => $"SKU-{number}").ToList();
        foreach (var sku in lines)
            await Shop.StockAsync(sku, 10);
        Shop.Asked.Clear();
        await Shop.PlaceAsync(OrderShop.Ask("MUG") with { Lines = [.. lines.Select(sku => new OrderRequestLine(sku, 1))] }, key: "counted");
        // The products; the order, its stock and its key; the charge. Each of the two commits writes its messages and itself besides.
        Assert.True(Shop.Asked.Count == 3, string.Join("\n\n", Shop.Asked));
    }

    [Fact]
    public async Task Should_not_read_more_lines_than_an_order_may_have()
    {
        var many = OrderShop.Ask("MUG") with { Lines = [.. Enumerable.Range(0, 10_000).Select(number => new OrderRequestLine($"SKU-{number}", 1))] };
        using var tooLong = await Shop.PostAsync(many);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
        await RefusedAsync(many with { Lines = [.. many.Lines!.Take(1_001)] }, HttpStatusCode.UnprocessableEntity, "1 to 1000 lines");
    }

    private async Task RefusedAsync(OrderRequest order, HttpStatusCode status, string error)
    {
        using var answer = await Shop.PostAsync(order);
        var text = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetRawText();
        Assert.True(answer.StatusCode == status && JsonDocument.Parse(text).RootElement.ToString().Replace("\\u0027", "'", StringComparison.Ordinal).Contains(error, StringComparison.Ordinal), $"{answer.StatusCode}: {text}");
    }
}
