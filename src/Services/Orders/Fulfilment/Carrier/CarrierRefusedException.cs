namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>The carrier refuses a parcel for good. The message is for the customer to read.</summary>
public sealed class CarrierRefusedException(string reason) : Exception(reason);
