using Bus.Persistence.Outbox;
using Bus.Scheduler.Declaring;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Bus.Scheduler.Hosting;

/// <summary>Starts and stops what schedules do in the background. Wrong declarations stop the start.</summary>
internal sealed class SchedulerService<TDbContext>(OutboxEngine<TDbContext> engine, ScheduleDispatcher<TDbContext> dispatcher, SchedulesOptions options) : IHostedLifecycleService, IAsyncDisposable
    where TDbContext : DbContext
{
    private readonly ScheduleUpkeep<TDbContext> _upkeep = new(engine, options);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var problems = options.Problems().ToList();
        return problems.Count == 0 ? Task.CompletedTask : throw new ScheduleException($"The schedules cannot be kept:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!engine.Options.DeliveryService)
            return Task.CompletedTask;
        engine.Attend(dispatcher);
        dispatcher.Start();
        _upkeep.Start();
        return Task.CompletedTask;
    }

    /// <summary>Before the bus stops: what is fired now would only wait for another process.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await dispatcher.StopAsync(cancellationToken);
        await _upkeep.StopAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _upkeep.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _upkeep.DisposeAsync();
}
