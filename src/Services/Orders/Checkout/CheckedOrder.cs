using System.Security.Cryptography;
using System.Text.Json;
using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Checkout;

/// <summary>An order whose every value is as it may be. What its products are called, cost and whether they are there is not known yet.</summary>
/// <param name="Customer">Who ordered.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Quantities">How many of what: each product once, in the order of the keys.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="PaymentSource">The gateway's token of what pays.</param>
/// <param name="Total">What it must come to; null for whatever it does.</param>
internal sealed record CheckedOrder(OrderCustomer Customer, OrderAddress Address, IReadOnlyList<(string Sku, int Quantity)> Quantities, string Currency, string? PaymentSource, long? Total)
{
    /// <summary>SHA-256 of what was asked for, hexadecimal: two requests for the same, however they are spaced, have the same.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { Customer, Address, Lines = Quantities.Select(line => new { line.Sku, line.Quantity }), Currency, PaymentSource, Total })));
}
