using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>
/// Gives jobs with keys their turn. Who enqueues only puts the job at the end of its line; after the commit this process gives the turn to the first where it is nobody's, as the end of a run gives it to the next. A
/// lock of the line keeps two from giving it at once. What a process left that died in between is found by the upkeep. Thread-safe.
/// </summary>
internal sealed partial class JobLines<TDbContext>(OutboxEngine<TDbContext> engine, Func<JobNews<TDbContext>> news) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, LookEvery)
    where TDbContext : DbContext
{
    private const int Most = 200;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, byte> _keys = new(StringComparer.Ordinal);

    /// <summary>Looks whose turn it is in a line.</summary>
    public void Add(string key)
    {
        _keys[key] = 0;
        Wake();
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        string[] keys = [.. _keys.Keys.Take(Most).Where(key => _keys.TryRemove(key, out _))];
        if (keys.Length == 0)
            return false;
        IReadOnlyList<string> queues;
        try
        {
            using var door = await engine.Gate.EnterAsync(cancellationToken);
            await using var session = await engine.OpenAsync(cancellationToken);
            await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
            queues = await engine.Dialect.Jobs.AdvanceAsync(session.Connection, transaction, keys, cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch
        {
            foreach (var key in keys)
                _keys[key] = 0;
            throw;
        }

        foreach (var queue in queues.Distinct(StringComparer.Ordinal))
            news().Tell(queue);
        return !_keys.IsEmpty;
    }

    /// <summary>Keeps others from a line until the transaction ends: before one of its jobs is changed.</summary>
    public Task LockAsync(TDbContext db, string key, CancellationToken cancellationToken) =>
        engine.Dialect.Jobs.LockLineAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), key, cancellationToken);

    /// <summary>Takes a job out of its line and gives the next its turn, in the transaction that is open.</summary>
    public async Task<IReadOnlyList<string>> LeaveAsync(TDbContext db, Guid job, string key, CancellationToken cancellationToken)
    {
        await db.Set<Bus.Persistence.Jobs.JobLineRow>().Where(row => row.JobId == job).ExecuteDeleteAsync(cancellationToken);
        return await engine.Dialect.Jobs.AdvanceAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), [key], cancellationToken);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    [LoggerMessage(117, LogLevel.Warning, "Jobs with keys could not be given their turn; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
