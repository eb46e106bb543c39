namespace Bus.Contracts.Orders;

/// <summary>
/// The queues of the branches that begin with an event. An event has any number of subscribers, and a fault does not say whose it is but by its queue: the branch fails with a fault from this one, and what
/// others make of the event does not touch the order. A prefix before the name does no harm.
/// </summary>
public static class OrderQueues
{
    /// <summary>Where the warehouse hears <see cref="OrderAccepted"/>.</summary>
    public const string Warehouse = "inform-warehouse";

    /// <summary>Where analytics hears <see cref="OrderPlaced"/>.</summary>
    public const string Analytics = "analyse-order";
}
