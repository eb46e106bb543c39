using Bus.Persistence.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.DeadLetters;

/// <summary>Closes letters: the message of a replay goes into the outbox in the transaction that marks the letter, so that there is one sending for each, whoever dies. Thread-safe.</summary>
internal sealed class LetterReplayer<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, IServiceProvider provider)
    where TDbContext : DbContext
{
    public const int Open = 0;
    public const int Replayed = 1;
    public const int Discarded = 2;

    private readonly Lazy<IBus> _bus = new(provider.GetRequiredService<IBus>);
    private readonly Lazy<DeadLetterQueues> _queues = new(provider.GetRequiredService<DeadLetterQueues>);

    /// <summary>Why nothing can be sent to a queue; null when it can, or nobody can say: what the broker does not find the queue of then stays in the outbox.</summary>
    public async Task<string?> RefusalAsync(string queue, CancellationToken cancellationToken) => await _queues.Value.HasAsync(queue, cancellationToken) == false
        ? $"There is no queue `{queue}` that a message to it would come to. Check the name, or start the service that declares it, or send the letter to another queue; it stays open."
        : null;

    /// <summary>Makes the message that a letter is sent again as.</summary>
    public async Task<OutboxRecord> PrepareAsync(DeadLetterRow letter, byte[]? body, string? queue, CancellationToken cancellationToken)
    {
        var record = LetterReplay.ToRecord(letter, body, LetterReplay.AddressOf(queue ?? letter.Queue, _bus.Value.Address));
        if (engine.Queues is not null)
            record.Guest = await engine.Relay.CollectAsync(record, cancellationToken);
        return record;
    }

    /// <summary>Sends the messages of those letters that are still open.</summary>
    /// <param name="messages">What is sent for which letter, and what is noted.</param>
    /// <param name="commit">Told how many; writes in the same transaction, and returns false to let nothing of it be.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How many.</returns>
    public Task<int> SendAsync(IReadOnlyList<(Guid Letter, OutboxRecord Message, string? Note)> messages, Func<TDbContext, int, Task<bool>> commit, CancellationToken cancellationToken) => InTransactionAsync(
        async (db, scope) =>
        {
            var buffer = scope.GetRequiredService<OutboxBuffer<TDbContext>>();
            var sent = 0;
            foreach (var (letter, message, note) in messages)
            {
                // Of two at one moment one changes the row.
                if (await CloseAsync(db.Set<DeadLetterRow>().Where(row => row.Id == letter), Replayed, note, cancellationToken) == 0)
                    continue;
                buffer.Add(message);
                sent++;
            }

            return (sent, await commit(db, sent));
        },
        cancellationToken);

    /// <summary>Runs the job of a letter again, which closes it.</summary>
    /// <exception cref="DeadLetterException">No jobs are known here.</exception>
    public Task<bool> RunAgainAsync(DeadLetterRow letter, byte[]? arguments, CancellationToken cancellationToken)
    {
        var jobs = provider.GetService<IDeadJobReplay>() ?? throw new DeadLetterException($"Dead letter {letter.Id} is a job, and this process has no jobs: call `bus.AddJobs()` in it.");
        return jobs.RunAgainAsync(Guid.Parse(letter.MessageId!), arguments, cancellationToken);
    }

    /// <summary>Closes letters without sending anything.</summary>
    public Task<int> DiscardAsync(IReadOnlyCollection<Guid> letters, string reason, Func<TDbContext, int, Task<bool>> commit, CancellationToken cancellationToken) => InTransactionAsync(
        async (db, _) =>
        {
            var closed = await CloseAsync(db.Set<DeadLetterRow>().Where(row => letters.Contains(row.Id)), Discarded, reason, cancellationToken);
            return (closed, await commit(db, closed));
        },
        cancellationToken);

    /// <summary>Writes what leaves the letters as they are.</summary>
    public Task WriteAsync(Func<TDbContext, Task<bool>> write, CancellationToken cancellationToken) => InTransactionAsync(async (db, _) => (0, await write(db)), cancellationToken);

    /// <summary>Closes those of the letters that are open, in the transaction of the context if there is one.</summary>
    public Task<int> CloseAsync(IQueryable<DeadLetterRow> letters, int state, string? note, CancellationToken cancellationToken)
    {
        var now = engine.Timers.Now;
        return letters.Where(row => row.State == Open).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.State, state)
                .SetProperty(row => row.Replays, row => state == Replayed ? row.Replays + 1 : row.Replays)
                .SetProperty(row => row.ClosedAt, now)
                .SetProperty(row => row.Note, note),
            cancellationToken);
    }

    private async Task<int> InTransactionAsync(Func<TDbContext, IServiceProvider, Task<(int Done, bool Commit)>> act, CancellationToken cancellationToken)
    {
        await engine.Owner.RegisterAsync(cancellationToken);
        await using var outer = scopes.CreateAsyncScope();
        return await outer.ServiceProvider.GetRequiredService<TDbContext>().Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var (done, commit) = await act(db, scope.ServiceProvider);
            if (!commit)
                return 0;
            await transaction.CommitAsync(cancellationToken);
            return done;
        });
    }
}
