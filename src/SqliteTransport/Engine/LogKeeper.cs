using Bus.SqliteTransport.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>Keeps the log on the disk, short, and in its place. For the writer's thread.</summary>
internal sealed class LogKeeper(Store store, LogFile file, Checkpointer checkpointer, QueueFileOptions options, ILogger log)
{
    private int _pages;

    /// <summary>Within a transaction: gives a log that is used much room of its own.</summary>
    public void MakeRoom()
    {
        if (checkpointer.TakeWantedLog() is > 0 and var length)
            file.Reserve(length);
    }

    /// <returns>Whether the transaction has written anything.</returns>
    public bool Committed()
    {
        var before = _pages;
        _pages = store.PagesWritten;
        checkpointer.Written(_pages);
        return _pages != before;
    }

    /// <inheritdoc cref="LogFile.Distrust"/>
    public void Distrust() => file.Distrust();

    /// <summary>Brings a commit to the disk, if one of its operations waits for that.</summary>
    /// <returns>Why it is not there; null when it is, or need not be.</returns>
    public QueueFileException? Flush(IReadOnlyList<IOperation> operations)
    {
        if (!options.FlushToDisk || !operations.Any(operation => operation.IsDurable))
            return null;
        try
        {
            file.Flush(store);
            return null;
        }
        catch (QueueFileException exception)
        {
            return exception;
        }
    }

    public void RestartWhenLong()
    {
        try
        {
            if (checkpointer.TakeLogIsLong())
                _ = store.RestartLog();
        }
        catch (QueueFileException exception)
        {
            log.Broken(exception, options.Path);
        }
    }
}
