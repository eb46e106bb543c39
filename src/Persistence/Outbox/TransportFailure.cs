using MassTransit;

namespace Bus.Persistence.Outbox;

/// <summary>Tells an outage of the broker, which says nothing about the message, from a refusal of the message.</summary>
internal static class TransportFailure
{
    public static bool IsOutage(Exception exception) =>
        exception is OperationCanceledException or TimeoutException or ConnectionException or TransportUnavailableException or IOException or ObjectDisposedException
        || exception.GetType().Name is "AlreadyClosedException" or "BrokerUnreachableException" or "ConnectFailureException"
        || (exception.InnerException is { } inner && IsOutage(inner));
}
