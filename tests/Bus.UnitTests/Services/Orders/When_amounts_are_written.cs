using Bus.Sagas.Orders;
using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Fulfilment.Invoices;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_amounts_are_written
{
    [Fact]
    public void Should_be_the_same_in_notices_and_invoices_in_every_currency() => Assert.All(
        Currencies.All,
        currency => Assert.Equal($"{CurrencyText.Of(123_456, currency).Replace(",", "", StringComparison.Ordinal)} {currency}", OrderNotices.Amount(123_456, currency)));
}
