using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.ContractTests.Timers;

/// <summary>Schedules where no outbox captures it.</summary>
public sealed class UnguardedConsumer(IMessageScheduler scheduler) : IConsumer<Note>
{
    public Task Consume(ConsumeContext<Note> context) =>
        scheduler.ScheduleSend(new Uri("queue:commands"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1), new Command(context.Message.Number), context.CancellationToken);
}

/// <summary>The same by the context of its message.</summary>
public sealed class UnguardedContextConsumer : IConsumer<Note>
{
    public Task Consume(ConsumeContext<Note> context) =>
        context.ScheduleSend(new Uri("queue:commands"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1), new Command(context.Message.Number));
}

/// <summary>Schedules in a transaction of its own.</summary>
public sealed class TransactingConsumer(IMessageScheduler scheduler, OutboxDb db) : IConsumer<Note>
{
    public async Task Consume(ConsumeContext<Note> context)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(context.CancellationToken);
        await scheduler.ScheduleSend(new Uri("queue:commands"), TimeProvider.System.GetUtcNow().UtcDateTime, new Command(context.Message.Number), context.CancellationToken);
        await db.SaveChangesAsync(context.CancellationToken);
        if (context.Message.Text == "commit")
            await transaction.CommitAsync(context.CancellationToken);
        else
            await transaction.RollbackAsync(context.CancellationToken);
    }
}

/// <summary>The tokens of what a bus sends, in the order in which it begins to.</summary>
internal sealed class Tokens : ISendObserver
{
    public ConcurrentQueue<string> All { get; } = new();

    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        if (context.Headers.TryGetHeader(MessageHeaders.SchedulingTokenId, out var token))
            All.Enqueue((string)token);
        return Task.CompletedTask;
    }

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
