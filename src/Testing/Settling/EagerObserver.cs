using Bus.Testing.Recording;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Testing.Settling;

/// <summary>Eager mode: a send or publish from outside of a handler returns when all that it set off is done, and throws what a handler threw.</summary>
internal sealed class EagerObserver(Settlement settlement, MessageLog log) : ISendObserver, IPublishObserver
{
    private static readonly AsyncLocal<bool> InsideHandler = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Marks what runs inside of a delivery, so that a handler does not wait for itself.</summary>
    public sealed class Scope : IFilter<ReceiveContext>
    {
        /// <inheritdoc/>
        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            InsideHandler.Value = true;
            await next.Send(context);
        }

        /// <inheritdoc/>
        public void Probe(ProbeContext context) => context.CreateFilterScope("eager");
    }

    /// <inheritdoc/>
    public Task PostSend<T>(SendContext<T> context)
        where T : class => Settle<T>();

    /// <inheritdoc/>
    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Settle<T>();

    /// <inheritdoc/>
    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    /// <inheritdoc/>
    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    /// <inheritdoc/>
    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    /// <inheritdoc/>
    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    // What an outbox sends comes from its relay, which must not wait for the handlers that wait for it.
    private async Task Settle<T>()
    {
        if (InsideHandler.Value || typeof(T) == typeof(SerializedMessageBody))
        {
            return;
        }

        var before = log.TakenFaults;
        await settlement.WaitAsync(Patience, CancellationToken.None);
        if (log.FaultAfter(before) is { } fault)
        {
            log.TakeFaults();
            throw new EagerFaultException(fault);
        }
    }
}
