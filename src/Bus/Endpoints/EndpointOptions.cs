using Bus.Core.Recoverability;

namespace Bus.Endpoints;

/// <summary>What differs for one endpoint; what is null is the bus's default. Prefetch and concurrency belong to the consumer's definition, as in MassTransit.</summary>
public sealed class EndpointOptions
{
    /// <summary>What the endpoint promises about one message; null for <see cref="DeliveryMode.EffectivelyOnce"/> with a database, else at-least-once.</summary>
    public DeliveryMode? Delivery { get; set; }

    /// <summary>The rhythm of retries; null for <c>Bus:Retry</c>. All waits together must stay under 5 s. <see cref="RetrySchedule.None"/> switches retries off.</summary>
    public RetrySchedule? Retry { get; set; }

    /// <summary>
    /// How long a message waits, each time, whose attempts are used up; null for <c>Bus:Retry:Redelivery</c>, empty for never. Each above zero and at most 30 days; at most 100. Needs a database, and not
    /// <see cref="DeliveryMode.AtMostOnce"/>.
    /// </summary>
    public IReadOnlyList<TimeSpan>? Redelivery { get; set; }

    /// <summary>
    /// Whether bodies without MassTransit's envelope are understood, as producers that are not .NET write them: the JSON is the message itself, and every
    /// message type of the endpoint is tried on it. Give such an endpoint one message type. Default false.
    /// </summary>
    public bool RawJson { get; set; }
}
