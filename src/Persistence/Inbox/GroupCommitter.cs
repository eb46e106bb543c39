using System.Data.Common;
using System.Threading.Channels;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Core.SharedFile;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Inbox;

/// <summary>
/// Commits the completions of many handlers in one transaction and one round trip. While a group is on its way the next gathers, so that no handler waits for a
/// timer. A group that fails is tried again one by one: one bad completion spoils no other. Thread-safe.
/// </summary>
internal sealed class GroupCommitter<TDbContext>(OutboxEngine<TDbContext> engine) : IAsyncDisposable
    where TDbContext : DbContext
{
    private readonly Channel<Completion> _channel = Channel.CreateUnbounded<Completion>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private Task? _loop;

    /// <summary>Returns when the completion is on disk.</summary>
    /// <returns>False when the inbox held the key already, so that nothing of it was applied now.</returns>
    public Task<bool> CommitAsync(InboxKey? key, IReadOnlyList<OutboxRecord> records)
    {
        var completion = new Completion(key, records);
        EnsureStarted();
        if (!_channel.Writer.TryWrite(completion))
            throw new ObjectDisposedException(nameof(GroupCommitter<>), "The process is stopping: nothing can be committed any more.");
        return completion.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        if (_loop is { } loop)
            await loop;
    }

    private void EnsureStarted()
    {
        if (_loop is not null)
            return;
        lock (_lock)
            _loop ??= Detached.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        var group = new List<Completion>(engine.Options.GroupLimit);
        var keys = new HashSet<InboxKey>();
        List<Completion> later = [];
        while (later.Count > 0 || await _channel.Reader.WaitToReadAsync())
        {
            group.Clear();
            keys.Clear();
            var again = later;
            later = [];
            foreach (var completion in again)
                Take(completion, group, keys, later);
            while (group.Count < engine.Options.GroupLimit && _channel.Reader.TryRead(out var completion))
                Take(completion, group, keys, later);
            await CommitGroupAsync(group);
        }
    }

    // Two of one key would fail the whole group: the second waits for the fate of the first.
    private static void Take(Completion completion, List<Completion> group, HashSet<InboxKey> keys, List<Completion> later)
    {
        if (completion.Key is { } key && !keys.Add(key))
            later.Add(completion);
        else
            group.Add(completion);
    }

    private async Task CommitGroupAsync(List<Completion> group)
    {
        try
        {
            await WriteAsync(group);
            foreach (var completion in group)
                Applied(completion);
        }
        catch (Exception exception) when (group.Count == 1)
        {
            Failed(group[0], exception);
        }
        catch (Exception exception) when (engine.Database.IsUnavailable(exception))
        {
            foreach (var completion in group)
                Failed(completion, exception);
        }
        catch (Exception)
        {
            // One of them is a duplicate or broken: alone each meets its own fate.
            foreach (var completion in group.ToArray())
                await CommitGroupAsync([completion]);
        }
    }

    private void Applied(Completion completion)
    {
        if (completion.Key is { } key)
            engine.Recent.Add(key);
        engine.Relay.Enqueue(OutboxRecord.Rows(completion.Records));
        completion.TrySetResult(true);
    }

    private void Failed(Completion completion, Exception exception)
    {
        if (exception is DbException error && completion.Key is { } key && engine.Dialect.IsDuplicate(error))
        {
            engine.Recent.Add(key);
            completion.TrySetResult(false);
        }
        else
        {
            completion.TrySetException(exception);
        }
    }

    private async Task WriteAsync(List<Completion> group)
    {
        await engine.Owner.RegisterAsync(CancellationToken.None);
        List<InboxKey> keys = new(group.Count);
        List<OutboxRecord> records = new(group.Count);
        foreach (var completion in group)
        {
            if (completion.Key is { } key)
                keys.Add(key);
            records.AddRange(completion.Records);
        }

        var rows = OutboxRecord.Rows(records);
        engine.Owner.Assign(rows);
        engine.Relay.Expect(rows);
        try
        {
            await WriteAsync(keys, rows, records);
        }
        catch
        {
            engine.Relay.Forget(rows);
            throw;
        }
    }

    private async Task WriteAsync(List<InboxKey> keys, IReadOnlyList<OutboxRecord> rows, List<OutboxRecord> records)
    {
        IGuestTransaction? guest;
        using (await engine.Gate.EnterAsync(CancellationToken.None))
            guest = await CommitAsync(keys, rows, records);
        engine.TellCommitted(guest);
    }

    private async Task<IGuestTransaction?> CommitAsync(List<InboxKey> keys, IReadOnlyList<OutboxRecord> rows, List<OutboxRecord> records)
    {
        await using var session = await engine.OpenToWriteAsync(CancellationToken.None);
        await using var transaction = engine.Dialect.BatchIsAtomic ? null : await session.Connection.BeginTransactionAsync();
        await using var batch = session.Batch(transaction);
        engine.Dialect.AddWrite(batch, keys, rows);
        FaultPoint.Reach(FaultPoints.BeforeInbox);
        FaultPoint.Reach(FaultPoints.BeforeCommit);
        await batch.ExecuteAsync(CancellationToken.None);
        var guest = engine.WriteToQueues(session.Connection, records);
        FaultPoint.Reach(FaultPoints.AfterInbox);
        if (transaction is not null)
            await transaction.CommitAsync();
        session.Keep();
        FaultPoint.Reach(FaultPoints.AfterCommit);
        return guest;
    }
}
