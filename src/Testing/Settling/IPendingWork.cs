namespace Bus.Testing.Settling;

/// <summary>Work that is accepted but not yet sent, such as rows of an outbox. A test's bus is settled only when every such source is empty.</summary>
internal interface IPendingWork
{
    /// <summary>Ends when nothing is pending; at once if nothing is.</summary>
    Task WhenIdle(CancellationToken cancellationToken);
}
