using Bus.Core.Telemetry;
using Bus.Persistence.Inbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Bus.Persistence.Outbox;

/// <summary>Starts and stops what the outbox of a context does in the background. It starts before the bus, so that a lease stands when the first handler commits.</summary>
internal sealed class OutboxService<TDbContext> : IHostedLifecycleService, IAsyncDisposable
    where TDbContext : DbContext
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly OutboxLook<TDbContext> _look;
    private readonly OutboxSweeper<TDbContext> _sweeper;
    private readonly OrderedRelay<TDbContext> _ordered;
    private readonly InboxPurge<TDbContext> _purge;

    public OutboxService(OutboxEngine<TDbContext> engine)
    {
        _engine = engine;
        _look = new OutboxLook<TDbContext>(engine);
        _sweeper = new OutboxSweeper<TDbContext>(engine, _look);
        engine.Relay.RoomMade += _sweeper.Wake;
        engine.Owner.Lost += _sweeper.Wake;
        _look.HasRows += _sweeper.Wake;
        _ordered = new OrderedRelay<TDbContext>(engine, _look);
        BusMetrics.Meter.CreateObservableGauge(TelemetryNames.OutboxPending, () => engine.Relay.Pending, "{message}");
        BusMetrics.Meter.CreateObservableGauge(TelemetryNames.InboxPurgeLag, () => _purge?.LagSeconds ?? 0, "s");
        var lag = BusMetrics.Meter.CreateObservableGauge(TelemetryNames.OutboxLag, () => _purge?.OutboxLagSeconds ?? 0, "s");
        _purge = new InboxPurge<TDbContext>(engine, () => lag.Enabled);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Reads the model and the provider now: a wrong one stops the start, not the first message.
        _ = _engine.Dialect;
        return Task.CompletedTask;
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _engine.Started = true;
        await AskTheTimeAsync(cancellationToken);
        if (_engine.Options.DeliveryService)
        {
            _engine.Pulse.Attend(_engine.Owner.Renewal);
            _engine.Pulse.Attend(_engine.DueLook.Question);
            _engine.Pulse.Attend(_look.Question);
            _sweeper.Start();
            _ordered.Start();
            _engine.Timers.Start();
        }

        if (_engine.Options.InboxCleanup)
            _purge.Start();
        _engine.Pulse.Start();
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The bus has taken its last message when this is called in the order of registration; what cannot leave now is left to the next process.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _engine.Timers.StopAsync(cancellationToken);
        await _purge.StopAsync(cancellationToken);
        await _ordered.StopAsync(cancellationToken);
        await _sweeper.StopAsync(cancellationToken);
    }

    /// <summary>The leases are kept until here: what ends late still ends as this process.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(DrainLimit, OutboxEngine<TDbContext>.Pace);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _engine.Relay.Confirmed.FlushAsync(either.Token);
            await _engine.Pulse.StopAsync(either.Token);
            await _purge.ReleaseAsync(either.Token);
            await _ordered.ReleaseAsync(either.Token);
            await _engine.Owner.ReleaseAsync(either.Token);
        }
        catch (Exception exception)
        {
            // The database is away: the leases expire by themselves, and what is left is sent by the next process.
            OutboxServiceLog.NotReleased(_engine.Log, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _purge.DisposeAsync();
        await _ordered.DisposeAsync();
        await _sweeper.DisposeAsync();
    }

    // By a clock that is ahead a job that is to wait would be queued at once, and one would be too late that is not. When the database is away the first look that it answers knows.
    private async Task AskTheTimeAsync(CancellationToken cancellationToken)
    {
        Task asked = _engine.Timers.NowAsync(cancellationToken);
        await asked.WaitAsync(TimeToAnswer, OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
