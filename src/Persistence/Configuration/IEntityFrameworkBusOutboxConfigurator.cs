namespace Bus.Persistence;

/// <summary>Configures how the outbox is delivered.</summary>
public interface IEntityFrameworkBusOutboxConfigurator
{
    /// <inheritdoc cref="OutboxOptions.MessageDeliveryLimit" />
    int MessageDeliveryLimit { get; set; }

    /// <inheritdoc cref="OutboxOptions.MessageDeliveryTimeout" />
    TimeSpan MessageDeliveryTimeout { get; set; }

    /// <summary>This process only writes to the outbox; another sends: it takes the rows over when this one's lease has ended.</summary>
    void DisableDeliveryService();
}
