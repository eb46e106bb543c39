using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Sagas;

/// <summary>
/// Gives one message its DbContext and, unless someone else owns it, its transaction; then writes what the state machine has done.
/// </summary>
internal sealed class EntityFrameworkSagaRepositoryContextFactory<TSaga>(
    ISagaDbContextFactory<TSaga> contexts, ISagaConsumeContextFactory<DbContext, TSaga> consumeContexts, SagaRuntime<TSaga> runtime)
    : ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public void Probe(ProbeContext context) => context.Add("persistence", "entity-framework");

    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => RunAsync(context, (db, session) => next.Send(new SagaMessageContext<TSaga, T>(db, context, consumeContexts, session)));

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class => RunAsync(context, async (db, session) =>
        {
            var instances = await FindAsync(db, session, query, context.CancellationToken);
            var messageContext = new SagaMessageContext<TSaga, T>(db, context, consumeContexts, session);
            await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(messageContext, instances));
        });

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => ReadAsync(asyncMethod, cancellationToken);

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => ReadAsync(asyncMethod, cancellationToken);

    private async Task<T> ReadAsync<T>(Func<SagaReadContext<TSaga>, Task<T>> read, CancellationToken cancellationToken)
    {
        var db = contexts.Create();
        try
        {
            return await read(new SagaReadContext<TSaga>(db, cancellationToken));
        }
        finally
        {
            await contexts.ReleaseAsync(db);
        }
    }

    private async Task RunAsync<T>(ConsumeContext<T> context, Func<DbContext, SagaSession<TSaga>, Task> work)
        where T : class
    {
        var db = contexts.CreateScoped(context);
        try
        {
            var model = runtime.ModelOf(db);
            var owner = OwnerOf(context, db);
            var plan = runtime.Plan(model, joined: owner is not null || HasTransaction(db));
            var strategy = plan.OwnTransaction ? db.Database.CreateExecutionStrategy() : null;
            if (strategy is { RetriesOnFailure: true })
            {
                await strategy.ExecuteAsync(() =>
                {
                    // A retry by the strategy starts from nothing, else the half-done try would be saved with it.
                    db.ChangeTracker.Clear();
                    return TransactAsync(context, db, new SagaSession<TSaga>(db, model, plan, owner: null), plan, work);
                });
            }
            else
            {
                await TransactAsync(context, db, new SagaSession<TSaga>(db, model, plan, owner), plan, work);
            }
        }
        catch (Exception exception) when (exception is not SagaConflictException && SagaConflicts.IsConflict(exception, typeof(TSaga)))
        {
            // A scope that outlives this try must not hand the lost instance to the next one.
            db.ChangeTracker.Clear();
            throw new SagaConflictException(typeof(TSaga), typeof(T), context.CorrelationId, attempts: 1, exception);
        }
        finally
        {
            await contexts.ReleaseAsync(db);
        }
    }

    private async Task TransactAsync<T>(
        ConsumeContext<T> context, DbContext db, SagaSession<TSaga> session, SagaPlan plan, Func<DbContext, SagaSession<TSaga>, Task> work)
        where T : class
    {
        // Disposing it without a commit rolls back.
        await using var transaction = plan.OwnTransaction ? await db.Database.BeginTransactionAsync(plan.Isolation, context.CancellationToken) : null;
        await work(db, session);
        if (!session.Handled && runtime.FaultsOnMissing(typeof(T)))
        {
            throw new SagaInstanceMissingException(typeof(TSaga), typeof(T), context.CorrelationId);
        }

        await session.FlushAsync(context.CancellationToken);
        if (transaction is not null)
        {
            await transaction.CommitAsync(context.CancellationToken);
        }
    }

    private static async Task<List<TSaga>> FindAsync(
        DbContext db, SagaSession<TSaga> session, ISagaQuery<TSaga> query, CancellationToken cancellationToken)
    {
        var ids = await db.Set<TSaga>().Where(query.FilterExpression).Select(saga => saga.CorrelationId).ToListAsync(cancellationToken);
        // Always in the same order: two messages that match the same instances must not lock them crosswise.
        ids.Sort();
        var instances = new List<TSaga>(ids.Count);
        foreach (var id in ids)
        {
            if (await session.LoadAsync(id, cancellationToken) is { } instance)
            {
                instances.Add(instance);
            }
        }

        return instances;
    }

    private static ITransactionOwner? OwnerOf(ConsumeContext context, DbContext db)
    {
        if (!context.TryGetPayload<ITransactionOwner>(out var owner) || !ReferenceEquals(owner.DbContext, db))
            return null;
        owner.ServeSaga();
        return owner;
    }

    private static bool HasTransaction(DbContext db) => db.Database.IsRelational() && db.Database.CurrentTransaction is not null;
}
