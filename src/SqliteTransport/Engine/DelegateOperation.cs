namespace Bus.SqliteTransport.Engine;

/// <summary>An operation for what is rare and simple.</summary>
internal sealed class DelegateOperation(Action<Turn> apply, bool isDurable = true) : AwaitedOperation
{
    public override bool IsDurable => isDurable;

    public override bool Apply(Turn turn)
    {
        apply(turn);
        return true;
    }
}
