using Bus.Core.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <content>What becomes of a message that was not confirmed: it is sent again, or parked.</content>
internal sealed partial class OutboxRelay<TDbContext>
    where TDbContext : DbContext
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>How long a message waits before it is sent again: 0.1 s, twice as long after each failure of its own, at most 2 s.</summary>
    internal static TimeSpan PauseAfter(int failures)
    {
        // The power of many failures would be longer than a time span can say.
        var pause = FirstPause * Math.Pow(2, Math.Min(failures, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task FailedAsync(OutboxRecord record, Exception exception)
    {
        var again = true;
        try
        {
            Count(record, exception);
            if (record.Failures < _engine.Options.MaxDeliveryAttempts)
            {
                LogFailed(_engine.Log, exception, record.MessageId, record.Destination);
            }
            else if (await TryParkAsync(record, exception))
            {
                again = false;
                LogParked(_engine.Log, exception, record.MessageId, record.Destination, record.Failures);
            }
        }
        catch (Exception)
        {
            // A logger that throws, for instance, has no say in what becomes of the message.
        }

        if (again)
            _ = PushLaterAsync(record);
    }

    private void Count(OutboxRecord record, Exception exception)
    {
        BusMetrics.OutboxFailures.Add(1);
        record.Resent = true;
        var sent = Interlocked.Read(ref _sent);
        if (!TransportFailure.IsOutage(exception) && (!TransportFailure.IsDoubtful(exception) || (record.SentAtFailure is { } before && sent > before)))
            record.Failures++;
        record.SentAtFailure = sent;
    }

    private async Task PushLaterAsync(OutboxRecord record)
    {
        await Task.Delay(PauseAfter(record.Failures), OutboxEngine<TDbContext>.Pace, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Push(record);
    }

    private async Task<bool> TryParkAsync(OutboxRecord record, Exception reason)
    {
        try
        {
            using var turn = await _engine.Gate.EnterAsync(_stopping.Token);
            await using var session = await _engine.OpenAsync(_stopping.Token);
            await session.ExecuteAsync(_engine.Dialect.Statements.OutboxPark, _stopping.Token, record.Owner, record.Sequence, reason.ToString());
        }
        catch (Exception)
        {
            // The database is away: the row stands, try the message again.
            return false;
        }

        _known.Remove(record.Owner, record.Sequence);
        BusMetrics.OutboxParked.Add(1);
        return true;
    }

    [LoggerMessage(30, LogLevel.Warning, "Outbox message {MessageId} to {Destination} was not confirmed; it will be sent again")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid messageId, Uri destination);

    [LoggerMessage(31, LogLevel.Error, "Outbox message {MessageId} to {Destination} failed {Attempts} times and is parked; release it with the outbox administration once the cause is gone")]
    private static partial void LogParked(ILogger logger, Exception exception, Guid messageId, Uri destination, int attempts);
}
