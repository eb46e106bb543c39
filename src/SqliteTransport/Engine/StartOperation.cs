namespace Bus.SqliteTransport.Engine;

/// <summary>Writes down that a suspected message begins.</summary>
internal sealed class StartOperation(HeldDelivery delivery) : AwaitedOperation
{
    private bool _isHeld;

    public override bool IsDurable => false;

    public override bool Apply(Turn turn)
    {
        _isHeld = delivery.ApplyStart(turn);
        return true;
    }

    public override void Committed()
    {
        if (_isHeld)
            base.Committed();
        else
            Failed(delivery.Lost());
    }
}
