using MassTransit;

namespace Bus.Endpoints;

/// <summary>At-most-once: a message that was handed out before may have been worked on, so it is dropped.</summary>
internal sealed class DropRedeliveredFilter : IFilter<ReceiveContext>
{
    /// <inheritdoc/>
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => context.Redelivered ? Task.CompletedTask : next.Send(context);

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("dropRedelivered");
}
