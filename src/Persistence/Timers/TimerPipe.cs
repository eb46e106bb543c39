using MassTransit;
using MassTransit.Transports;

namespace Bus.Persistence.Timers;

/// <summary>Says of a message that is to be captured that it waits for its time.</summary>
internal class TimerPipe<T>(IPipe<SendContext<T>> pipe, TimerOrder order) : SendContextPipeAdapter<T>(pipe)
    where T : class
{
    protected TimerOrder Order => order;

    protected override void Send(SendContext<T> context) => context.AddOrUpdatePayload(() => order, _ => order);

    protected override void Send<TMessage>(SendContext<TMessage> context)
    {
    }
}
