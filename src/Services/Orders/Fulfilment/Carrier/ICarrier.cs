using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>Who makes labels and takes parcels. Register another to use a carrier's own library. Thread-safe.</summary>
public interface ICarrier
{
    /// <summary>Has a label made, one an order however often it is asked.</summary>
    /// <returns>The label, as the carrier knows it.</returns>
    /// <exception cref="CarrierRefusedException">The carrier will not take this parcel, however often it is asked.</exception>
    Task<string> CreateLabelAsync(Guid orderId, OrderAddress address, CancellationToken cancellationToken);

    /// <summary>Makes the order's label worthless. That there is none, or that it was voided before, is no error.</summary>
    Task VoidLabelAsync(Guid orderId, CancellationToken cancellationToken);
}
