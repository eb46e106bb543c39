using System.Diagnostics;
using MassTransit;

namespace Bus.Benchmarks.Measures;

/// <summary>Counts, as long as it lives, the deliveries that were handled and the commands that went to PostgreSQL; a batch of commands is one. Thread-safe.</summary>
internal sealed class OrderCost : IReceiveObserver, IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConnectHandle _handle;
    private long _commands;
    private long _consumed;

    public OrderCost(IBus bus)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            ActivityStopped = _ => Interlocked.Increment(ref _commands),
        };
        ActivitySource.AddActivityListener(_listener);
        _handle = bus.ConnectReceiveObserver(this);
    }

    public long Commands => Interlocked.Read(ref _commands);

    public long Consumed => Interlocked.Read(ref _consumed);

    public void Dispose()
    {
        _handle.Disconnect();
        _listener.Dispose();
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _consumed);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) => Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) => Task.CompletedTask;

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
