using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Runs;

/// <summary>Looks every second whether the run that is being handled is asked to stop.</summary>
internal sealed partial class RunWatch<TDbContext> : IAsyncDisposable
    where TDbContext : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly RunReport<TDbContext> _report;
    private readonly ScheduledRun _run;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    private RunWatch(RunReport<TDbContext> report, ScheduledRun run, CancellationToken cancellationToken)
    {
        (_report, _run) = (report, run);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>For the handler.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether the run is asked to stop; not set by the end of the process.</summary>
    public bool IsCancelled { get; private set; }

    public static async Task<RunWatch<TDbContext>> StartAsync(RunReport<TDbContext> report, ScheduledRun run, CancellationToken cancellationToken)
    {
        var watch = new RunWatch<TDbContext>(report, run, cancellationToken);
        watch.IsCancelled = await watch.LooksCancelledAsync();
        if (!watch.IsCancelled)
            watch._watching = watch.WatchAsync();
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ended.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, OutboxEngine<TDbContext>.Pace);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                if (!await LooksCancelledAsync())
                    continue;
                IsCancelled = true;
                await _stop.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The handler has ended.
        }
    }

    private async Task<bool> LooksCancelledAsync()
    {
        try
        {
            return await _report.IsCancelRequestedAsync(_run, _ended.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The database is away: the handler goes on, and the next look may tell.
            LogNotLooked(_report.Log, _run.Schedule, exception);
            return false;
        }
    }

    [LoggerMessage(94, LogLevel.Warning, "Whether the run of schedule {Schedule} is to stop could not be read; it is looked at again")]
    private static partial void LogNotLooked(ILogger logger, string schedule, Exception exception);
}
