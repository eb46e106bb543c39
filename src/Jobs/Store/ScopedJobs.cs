using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Store;

/// <summary>Hands jobs to the handler's unit of work, or to the scope's outbox. Scoped.</summary>
internal sealed class ScopedJobs<TDbContext>(IServiceProvider scope, JobMaker maker) : IJobs
    where TDbContext : DbContext
{
    public Guid Enqueue<TArguments>(TArguments arguments, EnqueueOptions? options = null)
        where TArguments : class
    {
        var record = maker.Make(arguments, options ?? new EnqueueOptions());
        // A consumer's unit commits by itself what was handed to it; a job's, and a request's, is committed by the context.
        if (ConsumeUnit<TDbContext>.Current is { IsOfMessage: true } unit && unit.Owns(scope.GetRequiredService<TDbContext>()))
            unit.Add(record);
        else
            scope.GetRequiredService<OutboxBuffer<TDbContext>>().Add(record);
        return record.MessageId;
    }
}
