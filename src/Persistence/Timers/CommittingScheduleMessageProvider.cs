using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Timers;

/// <summary>Schedules and cancels for callers whose sends are not captured: a transaction that they have open carries it, and else each call is committed before it returns.</summary>
/// <param name="engine">The outbox of the context.</param>
/// <param name="scopes">Where a commit of its own gets its context from.</param>
/// <param name="caller">The caller's scope, whose transaction may carry it; null where that is not known.</param>
internal sealed class CommittingScheduleMessageProvider<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, IServiceProvider? caller) : IScheduleMessageProvider
    where TDbContext : DbContext
{
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        ScheduledMessage<T>? scheduled = null;
        await CommitAsync(async provider => scheduled = await provider.ScheduleSend(destinationAddress, scheduledTime, message, pipe, cancellationToken), cancellationToken);
        return scheduled!;
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken) => CommitAsync(provider => provider.CancelScheduledSend(tokenId, cancellationToken), cancellationToken);

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);

    private async Task CommitAsync(Func<IScheduleMessageProvider, Task> order, CancellationToken cancellationToken)
    {
        // A transaction that the caller has begun carries it: another would wait for this one, and outlive its rollback.
        if (caller?.GetRequiredService<TDbContext>().Database.CurrentTransaction is not null)
        {
            await order(Into(caller));
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        await order(Into(scope.ServiceProvider));
        await context.SaveChangesAsync(cancellationToken);
    }

    private TimerScheduleMessageProvider Into(IServiceProvider scope) =>
        new(new OutboxSendEndpointProvider(new Capture(engine, scope.GetRequiredService<OutboxBuffer<TDbContext>>(), scope), scope.GetRequiredService<IBus>()), engine.Dialect.NewKey, forSaga: false);

    private sealed class Capture(OutboxEngine<TDbContext> engine, OutboxBuffer<TDbContext> buffer, IServiceProvider provider) : OutboxSendContext
    {
        public async Task AddSend<T>(SendContext<T> context)
            where T : class => buffer.Add(await engine.CaptureAsync(context));

        public object? GetService(Type serviceType) => provider.GetService(serviceType);
    }
}
