using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Sagas;

internal static partial class SagaLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Message} lost a race for its {Saga} at try {Attempt}; trying again in {Pause}.")]
    public static partial void LostRace(this ILogger logger, string message, string saga, int attempt, TimeSpan pause, Exception exception);
}
