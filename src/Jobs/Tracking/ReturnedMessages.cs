using System.Data.Common;
using Bus.Jobs.Running;
using Bus.Persistence.Databases;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Jobs.Tracking;

/// <summary>Begins with messages that may have been here before: tried again, put off, replayed, or delivered once more because their process died. Thread-safe.</summary>
internal sealed class ReturnedMessages<TDbContext>(OutboxEngine<TDbContext> engine, JobCounters counters)
    where TDbContext : DbContext
{
    private const int MostLooks = 3;

    /// <param name="begun">What is inserted when the message is a new one after all.</param>
    /// <param name="isTriedAgain">Whether this process has begun with it, and tries again.</param>
    /// <param name="isRedelivered">Whether the transport says that it had delivered it before.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null when the consumer has handled the message: nothing more is told about it.</returns>
    public async Task<TrackedRun?> BeginAsync(TrackedChange begun, bool isTriedAgain, bool isRedelivered, CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync(cancellationToken);
        TrackedRun? run = null;
        await session.InTransactionAsync<TDbContext>(
            async db =>
            {
                // A strategy may have begun it before, and that is rolled back.
                run = null;
                var transaction = db.Database.CurrentTransaction!.GetDbTransaction();
                using var own = counters.Rent();
                // Another delivery may add it between the look and the insert.
                for (var look = 0; run is null && look < MostLooks; look++)
                {
                    var found = await session.QueryAsync(engine.Dialect.Jobs.Tracked.Find, transaction, Known.Read, cancellationToken, begun.Of.Message, begun.Of.Consumer);
                    if (found.Count > 0)
                    {
                        run = await AgainAsync(session, transaction, begun, found[0], !isTriedAgain && (isRedelivered || found[0].Node != begun.Node), own.Node, cancellationToken);
                        return;
                    }

                    if (await session.ExecuteAsync(engine.Dialect.Jobs.Tracked.BeginUnlessThere, cancellationToken, TrackedJobs.ValuesOf(begun)) > 0)
                        run = new TrackedRun(begun.Job, begun.Claim);
                }
            },
            cancellationToken);
        return run;
    }

    private async Task<TrackedRun?> AgainAsync(StoreSession session, DbTransaction transaction, TrackedChange begun, Known known, bool mayBeLost, string node, CancellationToken cancellationToken)
    {
        if (known.State == JobStates.Succeeded)
            return null;
        var jobs = engine.Dialect.Jobs;
        // A second delivery at the same time in the same process, as of a message that was sent twice, is no sign of a death.
        var isLost = mayBeLost && known.State == JobStates.Running;
        if (isLost)
        {
            await session.ExecuteAsync(jobs.InsertRun, cancellationToken, known.Job, known.Claim, (int)JobRunOutcome.Lost, (object?)known.Node ?? DBNull.Value, known.StartedAt, DBNull.Value);
            await jobs.TallyAsync(session.Connection, transaction, begun.Queue, begun.Type, node, new JobCount { Crashed = 1 }, cancellationToken);
        }

        await session.ExecuteAsync(jobs.Tracked.BeginAgain, cancellationToken, known.Job, isLost ? 1 : 0, begun.Node);
        return new TrackedRun(known.Job, known.Claim + 1);
    }

    private sealed record Known(Guid Job, int State, long Claim, string? Node, long StartedAt)
    {
        public static Known Read(DbDataReader row) => new(row.GetGuid(0), row.GetInt32(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt64(4));
    }
}
