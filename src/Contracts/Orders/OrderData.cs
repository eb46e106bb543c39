namespace Bus.Contracts.Orders;

/// <summary>One line of an order: <paramref name="Quantity"/> (at least 1) of a product, as it was called and priced when the order was placed; <paramref name="UnitPrice"/> is what one costs, in the currency's smallest unit (cents).</summary>
public sealed record OrderLine(string Sku, string Name, int Quantity, long UnitPrice);

/// <summary>Who ordered; notifications are opted out of under <paramref name="Id"/>.</summary>
public sealed record OrderCustomer(string Id, string Name, string Email, string? Phone);

/// <summary>Where it goes; <paramref name="Country"/> is an ISO 3166 alpha-2 code.</summary>
public sealed record OrderAddress(string Name, string Street, string PostalCode, string City, string Country);

/// <summary>All that is said of an order when it is passed on whole. People know it by its short <paramref name="Number"/>; <paramref name="Total"/> is in the smallest unit of <paramref name="Currency"/> (ISO 4217).</summary>
public sealed record OrderDetails(string Number, OrderCustomer Customer, OrderAddress Address, IReadOnlyList<OrderLine> Lines, string Currency, long Total);
