namespace Bus.SqliteTransport.Engine;

/// <summary>Takes a scheduled message back in a transaction of somebody else.</summary>
internal sealed class GuestCancel(Guid token) : IGuestOperation
{
    public void Apply(Turn turn) => turn.Store.Timers.Cancel(token.ToByteArray());
}
