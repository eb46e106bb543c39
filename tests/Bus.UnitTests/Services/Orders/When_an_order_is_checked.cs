using Bus.Contracts.Orders;
using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Http;
using Bus.Services.Orders.Stock;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_an_order_is_checked
{
    private static readonly OrderRequest Good = new(
        new OrderRequestCustomer("Kari Nordmann", "kari@example.com", Phone: "+4712345678"), new OrderRequestAddress("Storgata 1", "0155", "Oslo", "no"), [new OrderRequestLine("mug", 2)], "NOK", "tok_1");

    [Fact]
    public void Should_be_as_it_was_meant()
    {
        var order = OrderRules.Check(Good with { Lines = [new("pot", 1), new("MUG", 2), new("mug", 3)] });
        Assert.Equal([("MUG", 5), ("POT", 1)], order.Quantities);
        Assert.Equal(new OrderCustomer("kari@example.com", "Kari Nordmann", "kari@example.com", "+4712345678"), order.Customer);
        Assert.Equal(new OrderAddress("Kari Nordmann", "Storgata 1", "0155", "Oslo", "NO"), order.Address);
    }

    [Fact]
    public void Should_be_the_same_request_however_its_lines_are_parted()
    {
        var hash = OrderRules.Check(Good).Hash;
        Assert.Equal(hash, OrderRules.Check(Good with { Lines = [new("MUG", 1), new("mug", 1)] }).Hash);
        Assert.NotEqual(hash, OrderRules.Check(Good with { Lines = [new("mug", 3)] }).Hash);
        Assert.NotEqual(hash, OrderRules.Check(Good with { PaymentSource = "tok_2" }).Hash);
        Assert.NotEqual(hash, OrderRules.Check(Good with { Address = Good.Address! with { City = "Bergen" } }).Hash);
    }

    [Theory]
    [InlineData(0L, "between 1 and 1000000, but was 0")]
    [InlineData(-3L, "between 1 and 1000000, but was -3")]
    [InlineData(1_000_001L, "between 1 and 1000000, but was 1000001")]
    [InlineData(long.MaxValue, "between 1 and 1000000")]
    [InlineData(null, "between 1 and 1000000")]
    public void Should_refuse_quantities_that_cannot_be(long? quantity, string error) => Refused(Good with { Lines = [new("MUG", quantity)] }, "`lines[0].quantity`", error);

    [Fact]
    public void Should_refuse_lines_that_add_up_to_too_much_or_are_too_many()
    {
        Refused(Good with { Lines = [new("MUG", 1_000_000), new("mug", 1)] }, "'MUG' add up to 1000001");
        Refused(Good with { Lines = [.. Enumerable.Range(0, 1_001).Select(_ => new OrderRequestLine("MUG", 1))] }, "1 to 1000 lines, but were 1001");
        Refused(Good with { Lines = [] }, "1 to 1000 lines");
        Refused(Good with { Lines = null }, "1 to 1000 lines");
        Refused(Good with { Lines = [null] }, "`lines[0].sku`");
        Refused(Good with { Lines = [.. Enumerable.Range(0, 1_000).Select(_ => new OrderRequestLine("MUG", 0))] }, "`lines[0].quantity`");
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r\nBcc: b@example.com")]
    [InlineData("a\n")]
    [InlineData("a\u0000b")]
    [InlineData("a\u2028b")]
    [InlineData("a\u007Fb")]
    public void Should_refuse_texts_of_more_than_a_line(string text)
    {
        Refused(Good with { Customer = Good.Customer! with { Name = text } }, "`customer.name` must be one line");
        Refused(Good with { Customer = Good.Customer! with { Email = $"{text}@example.com" } }, "`customer.email`");
        Refused(Good with { Address = Good.Address! with { Street = text } }, "`address.street` must be one line");
        Refused(Good with { PaymentSource = text }, "`paymentSource` must be one line");
    }

    [Theory]
    [InlineData("kari")]
    [InlineData("kari@")]
    [InlineData("@example.com")]
    [InlineData("kari@a@b")]
    [InlineData("Kari <kari@example.com>")]
    [InlineData("kari@example.com, ola@example.com")]
    [InlineData("kari@example..com")]
    public void Should_refuse_what_is_no_address(string email) => Refused(Good with { Customer = Good.Customer! with { Email = email } }, "`customer.email` must be an e-mail address");

    [Fact]
    public void Should_refuse_codes_that_there_are_not()
    {
        Refused(Good with { Currency = "XXX" }, "`currency` must be an ISO 4217 code", "'XXX'");
        Refused(Good with { Currency = "nok" }, "`currency`");
        Refused(Good with { Currency = null }, "`currency`", "missing");
        Refused(Good with { Address = Good.Address! with { Country = "N1" } }, "`address.country`");
        Refused(Good with { Customer = Good.Customer! with { Phone = "12345678" } }, "`customer.phone`", "+4712345678");
        Refused(Good with { Lines = [new("mug;drop", 1)] }, "`lines[0].sku`");
        Refused(Good with { Total = -1 }, "`total` must not be negative");
    }

    [Fact]
    public void Should_name_all_that_is_wrong_at_once() =>
        Refused(new OrderRequest(null, null, null, null), "`customer.name` is missing.", "`customer.email` is missing.", "`address.street` is missing.", "`address.city` is missing.", "`lines`", "`currency`");

    [Fact]
    public void Should_come_to_what_its_lines_do_or_to_nothing() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[1, OrderRules.MostPieces]).Array[1, 20].Sample(lines =>
        {
            var exact = lines.Aggregate(Int128.Zero, (sum, line) => sum + ((Int128)line.Item1 * line.Item2));
            var total = OrderPricing.TotalOf(lines.Select(line => new OrderLine("A", "A", line.Item2, line.Item1)));
            Assert.Equal(exact <= OrderPricing.MostTotal ? (long)exact : null, total);
        });

    [Fact]
    public void Should_refuse_products_that_cannot_be()
    {
        var errors = Assert.Throws<OrderRejectedException>(() => ProductRules.Check("a b", new ProductRequest("A\nB", -1, "?", -1))).Errors;
        Assert.Equal(5, errors.Count);
        Assert.Contains(errors, error => error == "`unitPrice` must be between 0 and 99999999999, but was -1.");
    }

    private static void Refused(OrderRequest order, params string[] errors)
    {
        var refused = Assert.Throws<OrderRejectedException>(() => OrderRules.Check(order));
        Assert.All(errors, error => Assert.Contains(error, refused.Message, StringComparison.Ordinal));
        Assert.InRange(refused.Errors.Count, 1, 20);
    }
}
