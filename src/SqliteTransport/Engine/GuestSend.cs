namespace Bus.SqliteTransport.Engine;

/// <summary>A send or a publish in a transaction of somebody else.</summary>
/// <param name="name">The queue or topic.</param>
/// <param name="isTopic">Which of them.</param>
/// <param name="message">What.</param>
/// <param name="declare">Makes topics and links where they are missing; null when there are none to make.</param>
internal sealed class GuestSend(string name, bool isTopic, OutgoingMessage message, Action<Turn>? declare) : IGuestOperation
{
    public void Apply(Turn turn)
    {
        declare?.Invoke(turn);
        if (Placing.TryPlace(turn, name, isTopic, message) is { } full)
            throw Placing.Full(full, "and a transaction does not wait for room: it would keep away those who make it");
    }
}
