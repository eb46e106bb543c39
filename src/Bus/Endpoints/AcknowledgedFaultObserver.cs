using Bus.Core.Faults;
using MassTransit;

namespace Bus.Endpoints;

/// <summary>MassTransit tells its receive observers once the transport has been given the acknowledgement.</summary>
internal sealed class AcknowledgedFaultObserver : IReceiveObserver
{
    /// <inheritdoc/>
    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task PostReceive(ReceiveContext context)
    {
        FaultPoint.Reach(FaultPoints.AfterAcknowledge);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
