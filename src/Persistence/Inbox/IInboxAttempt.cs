using Bus.Persistence.Outbox;

namespace Bus.Persistence.Inbox;

/// <summary>Follows one attempt of a consumer at a message. Not thread-safe.</summary>
internal interface IInboxAttempt
{
    /// <summary>The consumer is about to be called, and nothing of the attempt is open. Again where an execution strategy repeats it. What it throws fails the attempt.</summary>
    /// <param name="mayBeKnown">Whether there are signs that the message was here before.</param>
    Task BeginAsync(bool mayBeKnown);

    /// <summary>The consumer has returned.</summary>
    /// <param name="putsOff">Whether it has put the message off.</param>
    /// <returns>What commits with its work; null for nothing.</returns>
    OutboxRecord? End(bool putsOff);

    /// <summary>It commits in a transaction of its own, and not with others.</summary>
    /// <returns>What is disposed of after that; null for nothing.</returns>
    IDisposable? CommitsAlone();

    /// <summary>Its work is on disk.</summary>
    void Committed();

    /// <summary>Its work was refused: another delivery of the message has committed. Never throws.</summary>
    Task RefusedAsync();

    /// <summary>It has failed, and its work is rolled back. Never throws.</summary>
    Task FailedAsync(Exception exception);
}
