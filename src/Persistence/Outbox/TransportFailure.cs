using MassTransit;

namespace Bus.Persistence.Outbox;

/// <summary>Tells an outage of the broker, which says nothing about the message, from a refusal of the message.</summary>
internal static class TransportFailure
{
    /// <summary>True for what a lost channel and a refused message have in common: only that others got through meanwhile tells them apart.</summary>
    public static bool IsDoubtful(Exception exception) =>
        exception.GetType().Name is "MessageNotConfirmedException" or "OperationInterruptedException" or "PublishException"
        || (exception.InnerException is { } inner && IsDoubtful(inner));

    public static bool IsOutage(Exception exception) =>
        exception is OperationCanceledException or TimeoutException or ConnectionException or TransportUnavailableException or IOException or ObjectDisposedException
        || exception.GetType().Name is "AlreadyClosedException" or "BrokerUnreachableException" or "ConnectFailureException"
        || (exception.InnerException is { } inner && IsOutage(inner));
}
