using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

internal static partial class OutboxServiceLog
{
    [LoggerMessage(90, LogLevel.Warning, "The outbox's leases could not be released at the stop; they expire by themselves")]
    public static partial void NotReleased(ILogger logger, Exception exception);
}
