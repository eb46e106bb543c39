namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>The carrier gave an answer that answers nothing. It may give another when it is asked again.</summary>
internal sealed class CarrierFailedException(string message) : Exception(message);
