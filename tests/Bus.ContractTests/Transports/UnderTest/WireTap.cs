using MassTransit;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>Sees what the transport delivers before anything reads it.</summary>
public sealed class WireTap : IReceiveObserver
{
    public Arrivals<(string Queue, byte[] Body, string? Reason)> Received { get; } = new();

    public static string QueueOf(Uri address) => Path.GetFileName(address.AbsolutePath);

    public Task PreReceive(ReceiveContext context)
    {
        Received.Add((QueueOf(context.InputAddress), context.Body.GetBytes(), context.TransportHeaders.Get<string>(MessageHeaders.Reason)));
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class =>
        Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class =>
        Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
