namespace Bus;

/// <summary>What an endpoint promises about one message.</summary>
public enum DeliveryMode
{
    /// <summary>
    /// Fast, may lose: no retry, no error queue, no inbox; a message that was handed out before is dropped; on RabbitMQ the queue does not survive the
    /// broker. For readings that the next one replaces.
    /// </summary>
    AtMostOnce,

    /// <summary>Acknowledged after the work; after a crash the work may run again. The default without a database.</summary>
    AtLeastOnce,

    /// <summary>As <see cref="AtLeastOnce"/>, with inbox and outbox in one database transaction: effects once. The default with a database.</summary>
    EffectivelyOnce,
}
