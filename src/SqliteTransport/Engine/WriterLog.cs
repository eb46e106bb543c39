using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>What the writer has to say to whoever runs the process.</summary>
internal static partial class WriterLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A message of the queue {Queue} could not be handed over. It goes back.")]
    public static partial void HandOver(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(Level = LogLevel.Error, Message = "The writer of the queue file {File} met an error it did not expect. It goes on.")]
    public static partial void Broken(this ILogger logger, Exception exception, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This process stood still for longer than {LockDuration}: what it had received from the queue file {File} was given to others. It begins anew.")]
    public static partial void Expelled(this ILogger logger, string file, TimeSpan lockDuration);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The acknowledgement of message {Id} of the queue {Queue} was refused: its lease was lost, and it may be handled twice.")]
    public static partial void Refused(this ILogger logger, string queue, long id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Holder} has kept its turn to write the file {File} for {Patience}, and the queues wait for it: its turn is passed on, and the file lock decides. Keep transactions short.")]
    public static partial void Overruled(this ILogger logger, string file, string holder, TimeSpan patience);
}
