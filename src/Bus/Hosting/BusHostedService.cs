using Bus.Settings;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Hosting;

/// <summary>
/// Starts and stops the bus. MassTransit's own service either waits for the broker for ever, so that a process with a broker down never serves a request, or
/// does not wait at all, so that an early stop fails. This one waits for a while and then goes on trying behind a process that runs.
/// </summary>
internal sealed partial class BusHostedService(IBusDepot depot, IOptions<BusOptions> options, TimeProvider clock, ILogger<BusHostedService> logger)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task? _started;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Reading the options checks them: nothing is started with wrong settings, whatever the order of services.
        var patience = options.Value.StartTimeout;
        _started = depot.Start(_stopping.Token);
        var waited = Task.Delay(patience, clock, cancellationToken);
        if (await Task.WhenAny(_started, waited) == _started)
        {
            await _started;
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        StartsWithoutTransport(patience);
        _ = ReportLateStartAsync(_started);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_started is null)
        {
            // The start failed before it came to us, for instance because of wrong settings.
            return;
        }

        if (!_started.IsCompletedSuccessfully)
        {
            await _stopping.CancelAsync();
            await _started.ContinueWith(_ => { }, cancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.ShutdownTimeout);
        await depot.Stop(limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task ReportLateStartAsync(Task start)
    {
        try
        {
            await start;
            StartedLate();
        }
        catch (Exception error)
        {
            if (!_stopping.IsCancellationRequested)
            {
                StartFailed(error);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The transport is not reachable after {Patience}; the process runs without it and goes on trying. Check the broker and `ConnectionStrings`.")]
    private partial void StartsWithoutTransport(TimeSpan patience);

    [LoggerMessage(2, LogLevel.Information, "The transport is reachable now; the bus has started.")]
    private partial void StartedLate();

    [LoggerMessage(3, LogLevel.Error, "The bus could not start and receives no messages. Restart the process when the cause is removed.")]
    private partial void StartFailed(Exception error);
}
