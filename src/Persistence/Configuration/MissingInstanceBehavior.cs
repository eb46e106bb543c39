using MassTransit;

namespace Bus.Persistence;

/// <summary>
/// What becomes of an event whose saga instance does not exist, when the event cannot start one and the state machine
/// says nothing of it (no <c>OnMissingInstance</c>). A declared <c>OnMissingInstance</c> always wins.
/// </summary>
public enum MissingInstanceBehavior
{
    /// <summary>The message fails with <see cref="SagaInstanceMissingException"/>: it is retried as the endpoint says, then goes to the error queue.</summary>
    Fault = 0,

    /// <summary>The message is acknowledged and forgotten, as MassTransit's own repository does.</summary>
    Discard = 1,
}
