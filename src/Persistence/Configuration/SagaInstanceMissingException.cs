using MassTransit;

namespace Bus.Persistence;

/// <summary>
/// An event came for a saga instance that does not exist (yet, or any more). Worth a few retries: the message that creates
/// the instance may be on its way.
/// </summary>
public sealed class SagaInstanceMissingException : SagaException
{
    /// <summary>Creates the exception for one event.</summary>
    public SagaInstanceMissingException(Type sagaType, Type eventType, Guid? correlationId)
        : base(Describe(sagaType, eventType, correlationId), sagaType, eventType, correlationId ?? Guid.Empty)
    {
    }

    private static string Describe(Type sagaType, Type eventType, Guid? correlationId) =>
        $"There is no {sagaType.Name} {(correlationId is { } id ? $"'{id}'" : "that matches the event's correlation")} for the event {eventType.Name}. " +
        $"If it may come late, declare it: Event(() => X, e => e.OnMissingInstance(m => m.Discard())); " +
        $"to accept all such events, set MissingInstance = MissingInstanceBehavior.Discard on the saga's repository.";
}
