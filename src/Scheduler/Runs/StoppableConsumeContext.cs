using MassTransit;
using MassTransit.Context;

namespace Bus.Scheduler.Runs;

/// <summary>The context of a handler that may be asked to stop.</summary>
internal sealed class StoppableConsumeContext<T>(ConsumeContext<T> context, CancellationToken stop) : ConsumeContextProxy<T>(context)
    where T : class
{
    public override CancellationToken CancellationToken => stop;
}
