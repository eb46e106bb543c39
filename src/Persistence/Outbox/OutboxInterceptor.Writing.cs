using System.Data.Common;
using Bus.Persistence.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence.Outbox;

/// <content>How what a save or a transaction carries is written.</content>
internal sealed partial class OutboxInterceptor<TDbContext>
    where TDbContext : DbContext
{
    /// <summary>Nothing but messages was saved: they join the caller's transaction, or commit with those of other callers.</summary>
    private async Task WriteAloneAsync(DbContext context, OutboxBuffer<TDbContext> buffer, CancellationToken cancellationToken)
    {
        if (context.Database.CurrentTransaction is { } transaction)
        {
            await WriteAsync(buffer, context.Database.GetDbConnection(), transaction.GetDbTransaction(), cancellationToken);
            return;
        }

        // The committer hands them to the relay itself.
        var records = buffer.Write();
        try
        {
            await engine.Committer.CommitAsync(null, records);
            buffer.Commit();
        }
        catch
        {
            // The caller may save again.
            buffer.Rollback(keep: true);
            throw;
        }
    }

    private void WriteAlone(DbContext context, OutboxBuffer<TDbContext> buffer)
    {
        // Begins and commits through Entity Framework, so that the events above write the messages and hand them over.
        if (context.Database.CurrentTransaction is null)
        {
            using var own = context.Database.BeginTransaction();
            own.Commit();
            return;
        }

        Write(buffer, context.Database.GetDbConnection(), context.Database.CurrentTransaction.GetDbTransaction());
    }

    private void Write(OutboxBuffer<TDbContext> buffer, DbConnection connection, DbTransaction transaction)
    {
        EnsureRegistered(buffer);
        var records = buffer.Write();
        using (var batch = Batch(OutboxRecord.Rows(records), connection, transaction))
            batch?.Execute();
        WriteToQueues(buffer, connection, records);
    }

    private async Task WriteAsync(OutboxBuffer<TDbContext> buffer, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        EnsureRegistered(buffer);
        var records = buffer.Write();
        await using (var batch = Batch(OutboxRecord.Rows(records), connection, transaction))
        {
            if (batch is not null)
                await batch.ExecuteAsync(cancellationToken);
        }

        WriteToQueues(buffer, connection, records);
    }

    private void WriteToQueues(OutboxBuffer<TDbContext> buffer, DbConnection connection, List<OutboxRecord> records)
    {
        try
        {
            buffer.Wrote(engine.WriteToQueues(connection, records));
        }
        catch
        {
            // The caller may commit all the same: then without them, and they wait for the next save.
            buffer.Refused(records);
            throw;
        }
    }

    private StoreBatch? Batch(IReadOnlyList<OutboxRecord> rows, DbConnection connection, DbTransaction transaction)
    {
        if (rows.Count == 0)
            return null;
        engine.Owner.Assign(rows);
        engine.Relay.Expect(rows);
        var batch = new StoreBatch(connection, transaction);
        engine.Dialect.AddWrite(batch, [], rows);
        return batch;
    }

    private void EnsureRegistered(OutboxBuffer<TDbContext> buffer)
    {
        if (!engine.Owner.IsRegistered && buffer.HasPendingRows)
            throw new OutboxException("The outbox has no lease in the database yet: publish before the transaction begins, begin it asynchronously, or wait until the host has started.");
    }
}
