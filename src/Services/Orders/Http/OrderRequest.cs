namespace Bus.Services.Orders.Http;

/// <summary>What an order is placed with. Names and prices are the shop's, not the caller's.</summary>
/// <param name="Customer">Who orders.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Lines">What is ordered: 1 to 1,000 lines; lines of one product are added up.</param>
/// <param name="Currency">ISO 4217, that of all its products.</param>
/// <param name="PaymentSource">The payment gateway's token of what pays; never a card's number. Null for none.</param>
/// <param name="Total">What the customer was shown, in the smallest unit of the currency: the order is refused if it comes to anything else. Null not to check.</param>
public sealed record OrderRequest(OrderRequestCustomer? Customer, OrderRequestAddress? Address, IReadOnlyList<OrderRequestLine?>? Lines, string? Currency, string? PaymentSource = null, long? Total = null);

/// <summary>Who orders.</summary>
/// <param name="Id">Under which notifications are opted out of; null for the e-mail address.</param>
/// <param name="Name">How they are addressed.</param>
/// <param name="Email">Where the confirmation goes.</param>
/// <param name="Phone">In the international form (<c>+4712345678</c>); null for none.</param>
public sealed record OrderRequestCustomer(string? Name, string? Email, string? Id = null, string? Phone = null);

/// <summary>Where it goes.</summary>
/// <param name="Name">To whom; null for the customer.</param>
/// <param name="Street">Street and number.</param>
/// <param name="PostalCode">Postal code.</param>
/// <param name="City">City.</param>
/// <param name="Country">ISO 3166 alpha-2, such as <c>NO</c>.</param>
public sealed record OrderRequestAddress(string? Street, string? PostalCode, string? City, string? Country, string? Name = null);

/// <summary>How many of what.</summary>
/// <param name="Sku">The product; upper and lower case are the same.</param>
/// <param name="Quantity">1 to 1,000,000.</param>
public sealed record OrderRequestLine(string? Sku, long? Quantity);
