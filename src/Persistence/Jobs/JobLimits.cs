using System.Data.Common;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>
/// Takes jobs of types with limits, and writes when a type rests. What the processes share is the row of the type: who takes jobs locks it, counts, takes the difference, and commits, so that no two count at one time.
/// </summary>
/// <param name="jobs">Takes jobs whose keys have no limits.</param>
/// <param name="dialect">Makes parameters.</param>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time, in Unix milliseconds.</param>
internal abstract class JobLimits(JobDialect jobs, StoreDialect dialect, JobTables tables, string now)
{
    /// <summary>For how long one that is tried while a circuit may close keeps others from being tried, in milliseconds: its process may have died.</summary>
    public const long ProbeFor = 30_000;

    // As long as half of a limit and so many of the other half are free nobody waits for an end, and jobs are taken ahead.
    private const int Reserve = 500;

    // A rate is that far away when so many microseconds are enough for as many.
    private const long SoonEnough = 10_000;

    /// <summary>The least that is looked at of a queue, by rank, before it is gone from key to key.</summary>
    protected const int FirstLooked = 50;

    private readonly string _shared =
        $"SELECT CASE WHEN @p1 = 1 THEN (SELECT count(*) FROM {tables.Job} WHERE owner_id IS NOT NULL AND type = @p0) ELSE 0 END, {now}, rests_until, probe_until, " +
        $"CASE WHEN @p2 = 1 THEN (SELECT max(n) FROM (SELECT count(*) AS n FROM {tables.Job} WHERE owner_id IS NOT NULL AND type = @p0 GROUP BY coalesce(limit_key, tenant)) AS k) ELSE 0 END FROM {tables.Limit} WHERE name = @p0 AND limit_key = ''";

    private readonly string _spend = $"UPDATE {tables.Limit} SET free_at = @p1 WHERE name = @p0 AND limit_key = ''";

    private readonly string _probe = $"UPDATE {tables.Limit} SET probe_until = @p1 WHERE name = @p0 AND limit_key = ''";

    private readonly string _close = $"UPDATE {tables.Limit} SET rests_until = NULL, probe_until = NULL WHERE name = @p0 AND limit_key = '' AND rests_until = @p1";

    private readonly string _release = $"UPDATE {tables.Limit} SET probe_until = NULL WHERE name = @p0 AND limit_key = '' AND rests_until = @p1 AND probe_until = @p2";

    // Of what waits in the queue: for other keys nobody has to come again.
    private readonly string _nextOfKeys =
        $"SELECT min(free_at) FROM {tables.Limit} AS l WHERE name = @p0 AND limit_key <> '' AND free_at > @p2 AND (EXISTS (SELECT 1 FROM {tables.Job} WHERE queue = @p1 AND type = @p0 AND state = 1 AND limit_key = l.limit_key) " +
        $"OR EXISTS (SELECT 1 FROM {tables.Job} WHERE queue = @p1 AND type = @p0 AND state = 1 AND tenant = l.limit_key))";

    /// <summary>microseconds → removes of the keys whose rate was used last before, and allows again as many as it ever does, a thousand that nobody has locked.</summary>
    public abstract string Forget { get; }

    /// <summary>microseconds → something, if there are such; else null.</summary>
    public string HasOver => $"SELECT min(free_at) FROM {tables.Limit} WHERE limit_key <> '' AND free_at < @p0";

    /// <summary>All that it works with, for a test to parse.</summary>
    public IEnumerable<string> Texts => [Lock, _shared, _spend, _probe, _close, _release, _nextOfKeys, HasOver, Forget, ClaimByRank, ClaimByTurns, SpendOfKey, Open];

    /// <summary>What a look shows of types that rest.</summary>
    /// <param name="tables">The tables' names.</param>
    /// <param name="text">Puts together how many milliseconds it still rests, a colon and its name.</param>
    public static string Seen(JobTables tables, string text) => $"SELECT {JobDialect.RestSeen}, {text} FROM {tables.Limit} WHERE rests_until IS NOT NULL";

    /// <summary>type → locks the row of the type, and makes it: the theoretical arrival time.</summary>
    protected abstract string Lock { get; }

    /// <summary>
    /// owner, node, queue, type, limit, how many of a key may run at once, how far apart those of a key begin in microseconds, their burst, whose turn was last → takes jobs of the type, the lowest ranks first, and of each key only as
    /// many as may begin: <see cref="ClaimedJob.Columns"/>, in no order. What has neither key nor tenant is bound by the limit alone.
    /// </summary>
    protected abstract string ClaimByRank { get; }

    /// <summary>The same, the first of each tenant, beginning with the next one by name, then the second of each; none that is paused. It may take fewer than there are.</summary>
    protected abstract string ClaimByTurns { get; }

    /// <summary>type, key, microseconds → moves the theoretical arrival time of a key on.</summary>
    protected abstract string SpendOfKey { get; }

    /// <summary>type, milliseconds → lets a type rest for at least so long, and nobody try one before.</summary>
    protected abstract string Open { get; }

    /// <summary>Takes jobs of types with limits, in the transaction that is open.</summary>
    public async Task<LimitedOutcome> ClaimAsync(DbConnection connection, DbTransaction transaction, JobTurn turn, List<ClaimedJob> claimed, CancellationToken cancellationToken)
    {
        if (turn.Limited.Count == 0)
            return LimitedOutcome.Nothing;
        var outcome = new LimitedOutcome([], [], []);
        // Every process locks them in one order.
        foreach (var claim in turn.Limited.OrderBy(claim => claim.Type, StringComparer.Ordinal))
        {
            var shared = await LockAsync(connection, transaction, claim, cancellationToken);
            var limit = shared.Most(claim);
            if (claim.Interval > 0 && limit is { Ready: 0, Count: <= 0 })
                outcome.Waits.Add((claim.Queue, ((shared.FreeAt - shared.Microseconds - (claim.Interval * (claim.Burst - 1))) / 1_000) + 1));
            if (limit.IsFar)
                outcome.Far.Add(claim.Type);
            else if (claim.IsAhead)
                continue;
            if (claim.IsProbe && (outcome.Probes.Exists(probe => string.Equals(probe.Type, claim.Type, StringComparison.Ordinal)) || !MayProbe(claim, shared, outcome)))
                continue;
            if (limit.Count <= 0)
                continue;
            var taken = await TakeAsync(connection, transaction, turn, claim with { Limit = limit.Count }, cancellationToken);
            claimed.AddRange(taken);
            if (claim.IsProbe)
                await ProbeAsync(connection, transaction, claim, taken, shared, outcome, cancellationToken);
            if (claim.IntervalPerKey > 0)
                await SpendOfKeysAsync(connection, transaction, claim, taken, shared.Microseconds, outcome, cancellationToken);
            if (claim.Interval == 0 || taken.Count == 0)
                continue;
            await ExecuteAsync(connection, transaction, _spend, cancellationToken, claim.Type, Math.Max(shared.FreeAt, shared.Microseconds) + (taken.Count * claim.Interval));
            if (taken.Count == limit.Count && (!limit.IsFar || limit.Count < claim.Limit))
                outcome.Waits.Add((claim.Queue, (claim.Interval / 1_000) + 1));
        }

        return outcome;
    }

    /// <summary>What is written when the circuit of a type is found open, is closed, or is not known to be either: text and values.</summary>
    public (string Text, object[] Values) Write(string type, RestChange change) => change switch
    {
        RestChange.Opened opened => (Open, [type, opened.Milliseconds]),
        RestChange.Closed closed => (_close, [type, closed.RestsUntil]),
        RestChange.Untold untold => (_release, [type, untold.RestsUntil, untold.ProbeUntil]),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "There is no such change."),
    };

    private static bool MayProbe(LimitedClaim claim, Shared shared, LimitedOutcome outcome)
    {
        if (shared.RestsUntil is not { } until)
            return true;
        var free = Math.Max(until, shared.ProbeUntil ?? 0);
        if (free <= shared.Time)
            return true;
        outcome.Waits.Add((claim.Queue, Math.Min(free - shared.Time, 1_000)));
        return false;
    }

    private async Task ProbeAsync(DbConnection connection, DbTransaction transaction, LimitedClaim claim, List<ClaimedJob> taken, Shared shared, LimitedOutcome outcome, CancellationToken cancellationToken)
    {
        if (taken.Count == 0)
            return;
        var until = shared.Time + ProbeFor;
        if (shared.RestsUntil is not null)
            await ExecuteAsync(connection, transaction, _probe, cancellationToken, claim.Type, until);
        outcome.Probes.Add(new JobProbe(taken[0].Id, claim.Type, shared.RestsUntil, until));
    }

    private async Task<List<ClaimedJob>> TakeAsync(DbConnection connection, DbTransaction transaction, JobTurn turn, LimitedClaim claim, CancellationToken cancellationToken)
    {
        if (!claim.IsPerKey)
            return await jobs.ClaimAsync(connection, transaction, turn with { Claims = [QueueClaim.OfAny(claim.Queue, claim.Limit) with { After = claim.After }], Types = [claim.Type] }, cancellationToken);
        await using var statement = new RowStatement(connection, transaction, claim.After is null ? ClaimByRank : ClaimByTurns, dialect);
        await using var reader = await statement
            .With(turn.Owner, turn.Node, claim.Queue, claim.Type, (long)claim.Limit, (long)(claim.ConcurrencyPerKey ?? int.MaxValue), claim.IntervalPerKey, (long)claim.BurstPerKey, claim.After ?? "")
            .ExecuteReaderAsync(cancellationToken);
        List<ClaimedJob> taken = [];
        while (await reader.ReadAsync(cancellationToken))
            taken.Add(ClaimedJob.Read(reader));
        ClaimedJob.Sort(taken, 0, claim.After);
        return taken;
    }

    private async Task SpendOfKeysAsync(DbConnection connection, DbTransaction transaction, LimitedClaim claim, List<ClaimedJob> taken, long time, LimitedOutcome outcome, CancellationToken cancellationToken)
    {
        var keys = taken.Where(job => job.CountsUnder is not null).GroupBy(job => job.CountsUnder!, StringComparer.Ordinal).OrderBy(key => key.Key, StringComparer.Ordinal).ToList();
        if (keys.Count > 0)
        {
            await using var batch = new StoreBatch(connection, transaction);
            foreach (var key in keys)
                batch.AddRow(SpendOfKey, dialect, claim.Type, key.Key, key.Count() * claim.IntervalPerKey);
            await batch.ExecuteAsync(cancellationToken);
        }

        var spent = claim.IntervalPerKey * (claim.BurstPerKey - 1);
        await using var statement = new RowStatement(connection, transaction, _nextOfKeys, dialect);
        if (await statement.With(claim.Type, claim.Queue, time + spent).ExecuteScalarAsync(cancellationToken) is { } next and not DBNull)
            outcome.Waits.Add((claim.Queue, ((Convert.ToInt64(next, null) - spent - time) / 1_000) + 1));
    }

    // The second statement sees what those committed that the first has waited for.
    private async Task<Shared> LockAsync(DbConnection connection, DbTransaction transaction, LimitedClaim claim, CancellationToken cancellationToken)
    {
        object[] asked = [claim.Type, claim.Concurrency is null ? 0 : 1, claim.ConcurrencyPerKey is null ? 0 : 1];
        if (connection.CanCreateBatch)
        {
            await using var batch = connection.CreateBatch();
            batch.Transaction = transaction;
            foreach (var (text, values) in new[] { (Lock, new object[] { claim.Type }), (_shared, asked) })
            {
                var statement = batch.CreateBatchCommand();
                statement.CommandText = text;
                statement.Parameters.AddRange(dialect.Parameters(values));
                batch.BatchCommands.Add(statement);
            }

            await using var both = await batch.ExecuteReaderAsync(cancellationToken);
            await both.ReadAsync(cancellationToken);
            var at = both.GetInt64(0);
            await both.NextResultAsync(cancellationToken);
            await both.ReadAsync(cancellationToken);
            return Shared.Read(at, both);
        }

        await using var locks = new RowStatement(connection, transaction, Lock, dialect);
        var freeAt = Convert.ToInt64(await locks.With(claim.Type).ExecuteScalarAsync(cancellationToken), null);
        await using var reads = new RowStatement(connection, transaction, _shared, dialect);
        await using var reader = await reads.With(asked).ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Shared.Read(freeAt, reader);
    }

    private async Task ExecuteAsync(DbConnection connection, DbTransaction transaction, string text, CancellationToken cancellationToken, params object[] values)
    {
        await using var statement = new RowStatement(connection, transaction, text, dialect);
        await statement.With(values).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the processes share of a type, while its row is locked.</summary>
    private sealed record Shared(long FreeAt, int Running, long Time, long? RestsUntil, long? ProbeUntil, int MostOfAKey)
    {
        public long Microseconds => 1_000 * Time;

        public static Shared Read(long freeAt, DbDataReader row) =>
            new(freeAt, Convert.ToInt32(row.GetValue(0), null), Convert.ToInt64(row.GetValue(1), null), row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.IsDBNull(4) ? 0 : Convert.ToInt32(row.GetValue(4), null));

        /// <summary>How many may be taken, how many the rate allows, and whether both are so far from their limits that nobody waits for them.</summary>
        public (int Count, long Ready, bool IsFar) Most(LimitedClaim claim)
        {
            long count = claim.Limit;
            // Of a rate per key nothing is taken ahead: what a key may do is a row of its own.
            var isFar = claim is { IntervalPerKey: 0, IsProbe: false };
            if (claim.Concurrency is { } most)
            {
                count = Math.Min(count, most - Running);
                isFar &= Running + Reserve <= most / 2;
            }

            if (claim.ConcurrencyPerKey is { } ofAKey)
                isFar &= MostOfAKey + Reserve <= ofAKey / 2;
            var ready = long.MaxValue;
            if (claim.Interval > 0)
            {
                ready = Math.Max(0, (Microseconds + (claim.Interval * claim.Burst) - Math.Max(FreeAt, Microseconds)) / claim.Interval);
                isFar &= claim.Interval * Reserve <= SoonEnough;
                // What is ready within that time may be taken as if it were now.
                count = Math.Min(count, isFar ? Math.Max(0, (Microseconds + (claim.Interval * claim.Burst) + SoonEnough - Math.Max(FreeAt, Microseconds)) / claim.Interval) : ready);
            }

            return ((int)count, ready, isFar);
        }
    }
}
