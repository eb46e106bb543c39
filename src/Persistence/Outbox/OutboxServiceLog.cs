using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

internal static partial class OutboxServiceLog
{
    [LoggerMessage(90, LogLevel.Warning, "The outbox's leases could not be released at the stop; they expire by themselves")]
    public static partial void NotReleased(ILogger logger, Exception exception);

    /// <summary>Never throws, not even when the logger does: it is called when all is committed.</summary>
    public static void NotWoken(ILogger logger, Exception exception)
    {
        try
        {
            LogNotWoken(logger, exception);
        }
        catch (Exception)
        {
            // Nobody is left to be told.
        }
    }

    [LoggerMessage(91, LogLevel.Error, "Messages are committed into the queues, but their readers could not be told; they find them when they look next")]
    private static partial void LogNotWoken(ILogger logger, Exception exception);
}
