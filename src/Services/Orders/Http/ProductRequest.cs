namespace Bus.Services.Orders.Http;

/// <summary>What a product is made or set with.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="UnitPrice">What one costs, in the smallest unit of the currency, 0 to 99,999,999,999.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Available">How many can be ordered, 0 to 1,000,000,000.</param>
public sealed record ProductRequest(string? Name, long? UnitPrice, string? Currency, long? Available);
