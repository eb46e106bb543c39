using System.Diagnostics;

namespace Bus.SqliteTransport.Engine;

/// <summary>Puts a message into one queue, or into those subscribed to a topic; waits for room where a queue has a limit.</summary>
internal sealed class SendOperation(string name, bool isTopic, OutgoingMessage message, CancellationToken cancellationToken) : AwaitedOperation
{
    private readonly long _since = Stopwatch.GetTimestamp();

    public override bool Apply(Turn turn)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Placing.TryPlace(turn, name, isTopic, message) is not { } full)
            return true;
        if (Stopwatch.GetElapsedTime(_since) < full.FullTimeout)
            return false;
        throw Placing.Full(full, $"and had no room for {full.FullTimeout.TotalSeconds:0.#} s");
    }
}
