using Bus.Core.Loops;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Databases;

/// <summary>
/// Holds handlers back while the database is away, so that an outage costs neither attempts nor messages. The first that meets the outage
/// closes the gate and probes; all others wait for it. Thread-safe.
/// </summary>
internal sealed partial class DatabaseGate<TDbContext>(OutboxEngine<TDbContext> engine)
    where TDbContext : DbContext
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task? _outage;

    /// <summary>True while the database is known to be away.</summary>
    public bool IsClosed => _outage is not null;

    public bool IsUnavailable(Exception exception) => engine.Dialect.IsUnavailable(exception);

    /// <summary>Returns at once while the database is there; else when it is back, when the limit has passed, or when the token is cancelled.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        _outage is { } outage ? new ValueTask(WaitForAsync(outage, cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>Reports an outage and waits until it is over, within the limit.</summary>
    public Task ReportAsync(Exception exception, CancellationToken cancellationToken)
    {
        Task outage;
        lock (_lock)
        {
            if (_outage is null)
            {
                LogAway(engine.Log, exception, typeof(TDbContext).Name);
                _outage = Detached.Run(ProbeAsync);
            }

            outage = _outage;
        }

        return WaitForAsync(outage, cancellationToken);
    }

    private async Task WaitForAsync(Task outage, CancellationToken cancellationToken)
    {
        try
        {
            await outage.WaitAsync(engine.Options.DatabaseOutageLimit, OutboxEngine<TDbContext>.Pace, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The limit has passed: let the caller meet the database's own error.
        }
    }

    private async Task ProbeAsync()
    {
        var started = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        for (var pause = FirstProbe; ; pause = pause * 2 < LongestProbe ? pause * 2 : LongestProbe)
        {
            await Task.Delay(pause, OutboxEngine<TDbContext>.Pace);
            try
            {
                await using var session = await engine.OpenAsync(CancellationToken.None);
                await session.ScalarAsync("SELECT 1", CancellationToken.None);
                break;
            }
            catch (ObjectDisposedException)
            {
                break;
            }
            catch (Exception)
            {
                // Still away, whatever the reason it gives.
            }
        }

        lock (_lock)
            _outage = null;
        LogBack(engine.Log, typeof(TDbContext).Name, OutboxEngine<TDbContext>.Pace.GetElapsedTime(started).TotalSeconds);
    }

    [LoggerMessage(1, LogLevel.Error, "The database of {Context} is away; handlers wait for it")]
    private static partial void LogAway(ILogger logger, Exception exception, string context);

    [LoggerMessage(2, LogLevel.Information, "The database of {Context} is back after {Seconds:0.0} s")]
    private static partial void LogBack(ILogger logger, string context, double seconds);
}
