using System.Data.Common;
using Bus.Core.Faults;
using Bus.Persistence.Databases;
using Bus.Persistence.Inbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Ties the outbox to Entity Framework. Outside a consumer: published messages are written in the transaction of the save that follows, and handed to the relay when it
/// has committed. Inside one: the handler's transaction begins with its first use of the connection. Thread-safe; one for all contexts of the type.
/// </summary>
internal sealed partial class OutboxInterceptor<TDbContext>(OutboxEngine<TDbContext> engine) : ISaveChangesInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor
    where TDbContext : DbContext
{
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        // Before Entity Framework decides for a transaction of its own: it would meet the unit's.
        if (IsUnit(eventData.Context))
            ConsumeUnit<TDbContext>.Current!.Begin();
        else
            Prepare(eventData.Context);
        return result;
    }

    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (IsUnit(eventData.Context))
            await ConsumeUnit<TDbContext>.Current!.BeginAsync(cancellationToken);
        else
            Prepare(eventData.Context);
        return result;
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (eventData.Context is { } context && Find(context) is { } buffer)
        {
            Restore(context, buffer);
            if (buffer.HasPending)
                WriteAlone(context, buffer);
        }

        return result;
    }

    public async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context && Find(context) is { } buffer)
        {
            Restore(context, buffer);
            if (buffer.HasPending)
                await WriteAloneAsync(context, buffer, cancellationToken);
        }

        return result;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData)
    {
        if (eventData.Context is not { } context)
            return;
        if (context.Database.CurrentTransaction is null)
            engine.Turns.Leave(context);
        if (Find(context) is { } buffer)
            Restore(context, buffer);
    }

    public void SaveChangesCanceled(DbContextEventData eventData)
    {
        if (eventData.Context is not { } context)
            return;
        if (context.Database.CurrentTransaction is null)
            engine.Turns.Leave(context);
        if (Find(context) is { } buffer)
            Restore(context, buffer);
    }

    public Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesCanceled(eventData);
        return Task.CompletedTask;
    }

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }

    public InterceptionResult<DbTransaction> TransactionStarting(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result)
    {
        if (eventData.Context is not { } context)
            return result;
        Starting(context);
        if (engine.Dialect.OneWriter)
            engine.Turns.Enter(context);
        return result;
    }

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is not { } context)
            return result;

        Starting(context);

        // Before the transaction, not in it: on a one-writer database the lease could not be written behind its back.
        if ((engine.Started && !engine.Owner.IsRegistered) || Find(context) is not null || IsUnit(context))
            await engine.Owner.RegisterAsync(cancellationToken);
        if (engine.Dialect.OneWriter)
            await engine.Turns.EnterAsync(context, cancellationToken);
        return result;
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is { } context && Find(context) is { } buffer)
        {
            if (buffer.HasPending)
                Write(buffer, transaction.Connection!, transaction);
            FaultPoint.Reach(FaultPoints.BeforeCommit);
        }

        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context && Find(context) is { } buffer)
        {
            if (buffer.HasPending)
                await WriteAsync(buffer, transaction.Connection!, transaction, cancellationToken);
            FaultPoint.Reach(FaultPoints.BeforeCommit);
        }

        return result;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        if (eventData.Context is not { } context)
            return;
        engine.Turns.Leave(context);
        if (Find(context) is not { } buffer)
            return;
        FaultPoint.Reach(FaultPoints.AfterCommit);
        engine.Relay.Enqueue(OutboxRecord.Rows(buffer.Commit()));
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }

    // What was written since the savepoint is gone, what was before is not: the sweeper sends what the commit leaves.
    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData)
    {
        if (eventData.Context is { } context && Find(context) is { } buffer)
            engine.Relay.Forget(buffer.Unknown());
    }

    public Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBackToSavepoint(transaction, eventData);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData.Context);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData.Context);
        return Task.CompletedTask;
    }

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Ended(eventData.Context);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(eventData.Context);
        return Task.CompletedTask;
    }

    // A transaction that is only disposed raises no event of its own: the connection's end does.
    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => Ended(eventData.Context);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Ended(eventData.Context);
        return Task.CompletedTask;
    }

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (ConsumeUnit<TDbContext>.Current is { } unit && !engine.Dialect.OneWriter && unit.Owns(eventData.Context))
            unit.Begin();
    }

    public async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (ConsumeUnit<TDbContext>.Current is { } unit && !engine.Dialect.OneWriter && unit.Owns(eventData.Context))
            await unit.BeginAsync(cancellationToken);
    }

    private void Starting(DbContext context)
    {
        if (IsUnit(context) && !ConsumeUnit<TDbContext>.Current!.Begins)
        {
            throw new OutboxException(
                $"A handler began a transaction of its own on '{typeof(TDbContext).Name}': what it commits would not be part of the message's own commit. Leave the transaction to the inbox; SaveChanges may be called as often as you like.");
        }

        if (Find(context) is { Saving: false } buffer)
            buffer.BeginTransaction();
    }

    private static bool IsUnit(DbContext? context) => ConsumeUnit<TDbContext>.Current is { } unit && unit.Owns(context);

    private OutboxBuffer<TDbContext>? Find(DbContext context) => engine.Buffers.Find(context);

    private void Prepare(DbContext? context)
    {
        if (context is null)
            return;
        if (Find(context) is not { HasPending: true } buffer)
        {
            // Nor may a single statement pass by the gate.
            if (engine.Dialect.OneWriter && context.Database.AutoTransactionBehavior == AutoTransactionBehavior.WhenNeeded)
                context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
            return;
        }

        if (System.Transactions.Transaction.Current is not null)
            throw new OutboxException("The outbox cannot join a TransactionScope: its messages would leave whether or not the scope completes. Use Database.BeginTransactionAsync.");

        // Even a single statement must share a transaction with the messages.
        buffer.Saving = true;
        buffer.PreviousBehavior = context.Database.AutoTransactionBehavior;
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    private static void Restore(DbContext context, OutboxBuffer<TDbContext> buffer)
    {
        if (!buffer.Saving)
            return;
        buffer.Saving = false;
        context.Database.AutoTransactionBehavior = buffer.PreviousBehavior;
    }

    private void Ended(DbContext? context)
    {
        if (context is null)
            return;
        engine.Turns.Leave(context);
        if (Find(context) is { } buffer)
            engine.Relay.Forget(buffer.Rollback(keep: buffer.Saving));
    }
}
