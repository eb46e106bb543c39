using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Running;

/// <summary>Queues jobs whose time has come.</summary>
internal sealed class JobDispatcher<TDbContext>(OutboxEngine<TDbContext> engine, Func<JobNews<TDbContext>> news) : DueLoop<TDbContext>(engine)
    where TDbContext : DbContext
{
    public override string NextStatement => Engine.Dialect.Jobs.NextDue;

    protected override async Task<int> FireAsync(long now, int limit, CancellationToken cancellationToken)
    {
        List<string> queues;
        using (await Engine.Gate.EnterAsync(cancellationToken))
        {
            await using var session = await Engine.OpenAsync(cancellationToken);
            queues = await session.QueryAsync(Engine.Dialect.Jobs.QueueDue, row => row.GetString(0), cancellationToken, now, (long)limit);
        }

        foreach (var queue in queues.Distinct(StringComparer.Ordinal))
            news().Tell(queue);
        return queues.Count;
    }

    // A row is only marked: there is nothing of it that could fail alone.
    protected override Task ParkAsync(long now, Exception reason, CancellationToken cancellationToken) => Task.CompletedTask;
}
