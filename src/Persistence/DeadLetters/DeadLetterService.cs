using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Bus.Persistence.DeadLetters;

/// <summary>Starts and stops what dead letters do in the background.</summary>
internal sealed class DeadLetterService<TDbContext>(DeadLetterOptions options, DeadLetterQueues queues, DeadLetterIntake<TDbContext> intake, DeadLetterUpkeep<TDbContext> upkeep) : IHostedLifecycleService
    where TDbContext : DbContext
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var errors = DeadLetterOptions.Errors(options).ToList();
        return errors.Count == 0 ? Task.CompletedTask : throw new OutboxException(string.Join(' ', errors));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        upkeep.Start();
        if (!options.Enabled)
            return;
        queues.Store = intake.TakeAsync;
        foreach (var queue in options.Ingest)
            queues.Add(queue);
        intake.Start();
        await queues.BeginAsync(cancellationToken);
        queues.Start();
    }

    /// <summary>Before the bus stops: what is not stored by then goes back to its queue.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await queues.StopAsync(cancellationToken);
        await queues.CloseAsync();
        await intake.StopAsync(cancellationToken);
        await upkeep.StopAsync(cancellationToken);
        await upkeep.ReleaseAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
