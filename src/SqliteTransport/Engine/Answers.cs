using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>Tells those who wait how their operations have ended. For the writer's thread.</summary>
internal sealed class Answers(Mailbox mailbox, WaitingRoom postponed, string path, ILogger log)
{
    /// <param name="operations">What was in the commit.</param>
    /// <param name="refused">Which of them were not done; without a reason they are to be tried again.</param>
    /// <param name="unflushed">Why the commit is not on the disk; null when it is, or need not be.</param>
    public void Give(IReadOnlyList<IOperation> operations, List<(IOperation Operation, Exception? Reason)> refused, QueueFileException? unflushed)
    {
        var answered = 0;
        foreach (var operation in operations)
        {
            if (refused.Count > 0 && refused.Exists(entry => entry.Operation == operation))
                continue;
            Give(operation, operation.IsDurable ? unflushed : null);
            answered += operation is AwaitedOperation ? 1 : 0;
        }

        mailbox.Expected = answered;
        foreach (var (operation, reason) in refused)
        {
            if (reason is null)
                postponed.Add(operation);
            else
                operation.Failed(reason);
        }
    }

    // One that cannot take its answer keeps no other from its own, and is not done again.
    private void Give(IOperation operation, QueueFileException? unflushed)
    {
        try
        {
            if (unflushed is null)
                operation.Committed();
            else
                operation.Failed(unflushed);
        }
        catch (Exception exception)
        {
            log.Broken(exception, path);
        }
    }
}
