using System.Data.Common;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>Enqueues batches by commits of its own. Thread-safe.</summary>
internal sealed class BatchEnqueuer<TDbContext>(OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, BatchMaker maker)
    where TDbContext : DbContext
{
    private const int Block = 1_000;

    /// <inheritdoc cref="IJobClient.EnqueueBatchAsync"/>
    public async Task<Guid> EnqueueAsync(string name, IEnumerable<BatchJob> jobs, JobBatchOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var batch = maker.Make(name, options);
        using var blocks = jobs.Chunk(Block).GetEnumerator();
        var isThere = blocks.MoveNext();
        var members = isThere ? maker.MakeJobs(blocks.Current, options, batch.Id) : [];
        isThere = isThere && blocks.MoveNext();
        await OpenAsync(batch, maker.Open(batch, options, members, closes: !isThere), cancellationToken);
        while (isThere)
        {
            cancellationToken.ThrowIfCancellationRequested();
            members = maker.MakeJobs(blocks.Current, options, batch.Id);
            isThere = blocks.MoveNext();
            await AddAsync(batch, members, closes: !isThere, cancellationToken);
        }

        return batch.Id;
    }

    private async Task OpenAsync(NewBatch batch, IReadOnlyList<OutboxRecord> records, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await engine.Committer.CommitAsync(null, records);
        }
        catch (DbException exception)
        {
            if (await rows.InScopeAsync(db => db.Set<JobBatchRow>().AnyAsync(row => row.Id == batch.Id, cancellationToken)))
                throw new JobException($"There is a batch {batch.Id} already: `Id` names one batch. Look at it with `FindBatchAsync`.", exception);
            throw;
        }
    }

    private async Task AddAsync(NewBatch batch, OutboxRecord[] members, bool closes, CancellationToken cancellationToken)
    {
        using (await engine.Gate.EnterAsync(cancellationToken))
        {
            await using var session = await engine.OpenAsync(cancellationToken);
            await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
            await using (var statements = session.Batch(transaction))
            {
                engine.Dialect.AddWrite(statements, [], members);
                await statements.ExecuteAsync(cancellationToken);
            }

            // When it ends with this block the jobs have been quick: its callbacks wait in their queues like any job.
            _ = await engine.Dialect.Jobs.Batches.GrowAsync(session.Connection, transaction, batch.Id, members.Length, closes, cancellationToken)
                ?? throw new JobException($"The batch {batch.Id} (`{batch.Name}`) was closed or cancelled while it was filled: what was added before runs, the rest is not added.");
            await transaction.CommitAsync(CancellationToken.None);
        }

        engine.Relay.Enqueue(members);
    }
}
