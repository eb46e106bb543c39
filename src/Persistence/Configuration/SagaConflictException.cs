using MassTransit;

namespace Bus.Persistence;

/// <summary>
/// Another message changed, created or locked the same saga instance first, and nothing of this try was kept. Bus tries again
/// on the spot, so that it is seen only when <see cref="Attempts"/> tries in a row have lost; it is safe to retry.
/// </summary>
public sealed class SagaConflictException : SagaException
{
    /// <summary>Creates the exception for one message.</summary>
    public SagaConflictException(Type sagaType, Type messageType, Guid? correlationId, int attempts, Exception cause)
        : base(
            $"The {sagaType.Name} {(correlationId is { } id ? $"'{id}' " : "")}was changed by another message while {messageType.Name} was handled " +
            $"(tried {attempts} {(attempts == 1 ? "time" : "times")}). Retry the message; if this is frequent, use ConcurrencyMode.Pessimistic.",
            sagaType, messageType, correlationId ?? Guid.Empty, cause) =>
        Attempts = attempts;

    /// <summary>How many times the message was tried in this delivery, at least 1.</summary>
    public int Attempts { get; }
}
