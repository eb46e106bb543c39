using Bus.Jobs.Tracking;
using Bus.Jobs.Webhooks;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Bus.Jobs.Running;

/// <summary>Starts and stops what jobs do in the background.</summary>
internal sealed class JobService<TDbContext>(
    OutboxEngine<TDbContext> engine, JobDispatcher<TDbContext> dispatcher, JobStation<TDbContext> station, JobLines<TDbContext> lines, JobRescue<TDbContext> rescue, JobUpkeep<TDbContext> upkeep, JobLogWriter<TDbContext> log, JobNews<TDbContext> news, JobHints hints, TrackedConsumers tracked, JobsOptions options)
    : IHostedLifecycleService
    where TDbContext : DbContext
{
    private IDisposable? _threads;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Concurrency is < 0 or > 10_000)
            throw new JobException($"`Concurrency` of jobs must be between 0 and 10,000, but is {options.Concurrency}.");
        // It says what is wrong with a secret.
        _ = new WebhookSignature(options.Webhooks);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        tracked.RequireAll();
        engine.Relay.JobCommitted += news.Committed;
        hints.WarmUp();
        // Before the first look, so that what is committed after it is heard of.
        hints.Listen(news.Hear);
        if (engine.Options.DeliveryService)
        {
            engine.Attend(dispatcher);
            dispatcher.Start();
            lines.Start();
        }

        if (!news.Runs)
            return Task.CompletedTask;
        // Handlers that block their threads must not delay what is due, a pause, or the ends of others: the pool adds threads beyond its minimum one or two a second only. The leases do not need it.
        _threads = ThreadFloor.OfProcess.Raise(options.Concurrency + Environment.ProcessorCount);
        station.WhenLost(rescue.Wake);
        engine.Pulse.Attend(station.Looks);
        station.Start();
        rescue.Start();
        upkeep.Start();
        log.Start();
        return Task.CompletedTask;
    }

    /// <summary>Before the bus stops, so that what runs can still publish.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await dispatcher.StopAsync(cancellationToken);
        await rescue.StopAsync(cancellationToken);
        await upkeep.StopAsync(cancellationToken);
        if (news.Runs)
        {
            await station.DrainAsync(cancellationToken);
            await station.StopAsync(cancellationToken);
            engine.Pulse.Leave(station.Looks);
            await log.StopAsync(cancellationToken);
            _threads?.Dispose();
        }

        await lines.StopAsync(cancellationToken);
        await upkeep.ReleaseAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
