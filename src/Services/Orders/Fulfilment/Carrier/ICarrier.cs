using Bus.Contracts.Orders;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>Who makes labels and takes parcels. Register another to use a carrier's own library. Thread-safe.</summary>
public interface ICarrier
{
    /// <summary>Has a label made, one an order however often it is asked.</summary>
    /// <returns>The label, as the carrier knows it.</returns>
    /// <exception cref="CarrierRefusedException">The carrier will not take this parcel, however often it is asked, or its label was voided before.</exception>
    Task<string> CreateLabelAsync(Guid orderId, OrderAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the order's label worthless, and keeps out one that would be made later: from then on no label is made for the order any more, also where there was none yet, since one that nobody waited for may still be in
    /// work. That there is none, or that it was voided before, is no error.
    /// </summary>
    Task VoidLabelAsync(Guid orderId, CancellationToken cancellationToken);
}
