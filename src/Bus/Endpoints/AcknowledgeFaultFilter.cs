using Bus.Core.Faults;
using MassTransit;

namespace Bus.Endpoints;

/// <summary>The outermost filter of a receive pipe when a fault point is armed: after it only the acknowledgement is left to do.</summary>
internal sealed class AcknowledgeFaultFilter : IFilter<ReceiveContext>
{
    /// <inheritdoc/>
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        await next.Send(context);
        await context.ReceiveCompleted;
        FaultPoint.Reach(FaultPoints.BeforeAcknowledge);
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("acknowledgeFault");
}
