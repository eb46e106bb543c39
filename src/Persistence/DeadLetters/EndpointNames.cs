using MassTransit;

namespace Bus.Persistence.DeadLetters;

/// <summary>Tells the intake of the endpoints of this bus, but not of those that come and go with their process.</summary>
internal sealed class EndpointNames(DeadLetterQueues queues, Func<IBus> bus) : IReceiveEndpointObserver
{
    private static readonly string[] Passing = ["temporary=true", "autodelete=true", "durable=false"];

    public Task Ready(ReceiveEndpointReady ready)
    {
        var address = ready.InputAddress;
        var name = Uri.UnescapeDataString(address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]);
        queues.Know(name);
        if (address.AbsolutePath != bus().Address.AbsolutePath && !Array.Exists(Passing, mark => address.Query.Contains(mark, StringComparison.OrdinalIgnoreCase)))
            queues.Add(name);
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
