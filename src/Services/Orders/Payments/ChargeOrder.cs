namespace Bus.Services.Orders.Payments;

/// <summary>What to charge.</summary>
/// <param name="OrderId">The order: the reference, and the key under which asking twice is asking once.</param>
/// <param name="Amount">How much, in the smallest unit of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Source">The gateway's token of what pays; null for none.</param>
public sealed record ChargeOrder(Guid OrderId, long Amount, string Currency, string? Source);
