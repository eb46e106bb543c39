using MassTransit;
using MassTransit.Middleware.Rescue;
using MassTransit.Transports;

namespace Bus.Endpoints;

/// <summary>Sends a body over the limit to the error queue before anything parses it, or drops it where the endpoint keeps nothing.</summary>
internal sealed class MessageSizeFilter(int maxBytes, bool keep) : IFilter<ReceiveContext>
{
    /// <inheritdoc/>
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        context.Body.Length is { } length && length > maxBytes ? Reject(context, length) : next.Send(context);

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("messageSize").Add("maxBytes", maxBytes);

    // This filter stands outside of MassTransit's own rescue, where an exception would send the message back to the queue for ever.
    private async Task Reject(ReceiveContext context, long length)
    {
        var error = new MessageTooLargeException(context.InputAddress, length, maxBytes);
        await context.NotifyFaulted(error);
        if (keep && context.TryGetPayload(out IErrorTransport? transport))
        {
            await transport.Send(new RescueExceptionReceiveContext(context, error));
        }
    }
}
