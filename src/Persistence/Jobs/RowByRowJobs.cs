using System.Data.Common;
using System.Text.Json;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>What the databases share that take a row a statement.</summary>
/// <param name="dialect">Makes parameters.</param>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time.</param>
internal abstract partial class RowByRowJobs(StoreDialect dialect, JobTables tables, string now) : JobDialect(dialect, tables, now)
{
    // A statement opens each index of the table once: for several rows together that is much of what one costs.
    private static readonly int[] RowsAnInsert = [16, 4, 1];

    private const int LongestTogether = 64 * 1024;

    private readonly string[] _inserts = [.. RowsAnInsert.Select(rows => InsertOf(tables, now, rows))];

    private readonly string _forget = $"DELETE FROM {tables.Job} WHERE id = @p0 AND state IN (3, 6) AND kept_until <= {now}";

    private readonly string _forgetSteps = $"DELETE FROM {tables.Step} WHERE job_id = @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Job} WHERE id = @p0)";

    private readonly string _forgetRuns = $"DELETE FROM {tables.Run} WHERE job_id = @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Job} WHERE id = @p0)";

    private readonly string _forgetLog = $"DELETE FROM {tables.Log} WHERE job_id = @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Job} WHERE id = @p0)";

    private readonly string _freeUnique = $"UPDATE {tables.Job} SET unique_key = NULL WHERE unique_key = @p0 AND unique_until <= {now}";

    private readonly string _join =
        $"INSERT INTO {tables.Line} (order_key, job_id, active) SELECT @p0, id, 0 FROM {tables.Job} WHERE id = @p1 AND state = 7 AND NOT EXISTS (SELECT 1 FROM {tables.Line} WHERE job_id = @p1)";

    private string End => field ??=
        $"UPDATE {Tables.Job} SET state = {StateAfter}, owner_id = NULL, cancel_requested = 0, due_at = CASE WHEN {StateAfter} = 4 THEN @p3 END, attempts = attempts + @p4, result = @p5, " +
        $"error = coalesce(@p6, CASE WHEN @p2 = 1 THEN error END), keep_for = coalesce(keep_for, @p7), {UniqueAtEnd(StateAfter)}, " +
        $"ended_at = CASE WHEN {StateAfter} IN (3, 5, 6) THEN {Now} END {EndOutput} WHERE id = @p0 AND claims = @p1 AND state = 2 {EndReturning}";

    // What is known of a job that nobody can have asked to stop it, or whose end that does not change, needs not be read from its row.
    private readonly string _endKnown =
        $"UPDATE {tables.Job} SET state = @p2, owner_id = NULL, cancel_requested = 0, attempts = attempts + @p3, result = @p4, error = @p5, keep_for = coalesce(keep_for, @p6), " +
        $"{UniqueAtEnd("@p2")}, ended_at = {now} WHERE id = @p0 AND claims = @p1 AND state = 2";

    private readonly string _leave = $"DELETE FROM {tables.Line} WHERE job_id = @p0 AND EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = @p0 AND {LeavesLine("j")})";

    private readonly string _batchOf = $"SELECT batch_id, state FROM {tables.Job} WHERE id = @p0 AND batch_id IS NOT NULL";

    // One whose run should stop is not tried again.
    private const string StateAfter = "CASE WHEN cancel_requested = 1 AND @p2 IN (1, 4) THEN 6 ELSE @p2 END";

    /// <summary>All that it writes with, for a test to parse.</summary>
    public IReadOnlyList<string> Texts =>
    [
        .. _inserts, _forget, _forgetSteps, _forgetRuns, _forgetLog, _forgetTags, _freeUnique, InsertSpecial, InsertTags, _join, End, _endKnown, _leave, _batchOf, TakeTurn, Raise, Claim(1), Claim(3), ClaimByTurns, NextDue, QueueDue, Look, Lost, Old, IdleLines, InsertRun, InsertStep, InsertLine, InsertCallback, JoinLine, Steps, Checkpoint, SaveCheckpoint, Dead, Arguments, .. Batches.Texts, .. Tracked.Texts, .. Limits.Texts,
    ];

    /// <summary>The values of the columns → inserts one, unless its id or its name is there.</summary>
    protected abstract string InsertSpecial { get; }

    /// <summary>owner, node, queue, JSON array of types, limit, least and most crashes → takes jobs: <see cref="ClaimedJob.Columns"/>, in no order.</summary>
    /// <param name="types">How many types there are.</param>
    protected abstract string Claim(int types);

    /// <summary>
    /// The same, and whose turn was last → takes the first of each tenant, beginning with the next one by name, then the second of each; none that is paused. Those without a tenant count as one. It looks at no more of each than may
    /// be its share, so that it may take fewer than there are.
    /// </summary>
    protected abstract string ClaimByTurns { get; }

    /// <summary>Puts out of an updated row: queue, type, state, when it was queued, the time; where the database wants it before the condition.</summary>
    protected virtual string EndOutput => "";

    /// <summary>The same at the end.</summary>
    protected virtual string EndReturning => "";

    /// <summary>key → gives the first of a line its turn if it is nobody's: the job.</summary>
    protected abstract string TakeTurn { get; }

    /// <summary>job → queues it, if it is held: its queue.</summary>
    protected abstract string Raise { get; }

    /// <summary>key → keeps others from the line until the transaction ends; null where nobody else can write.</summary>
    protected virtual string? LockLine => null;

    public override void AddInsert(StoreBatch batch, IReadOnlyList<NewJob> jobs)
    {
        AddPlain(batch, [.. jobs.Where(job => job.IsPlain)]);
        // Names in one order, so that no two wait for each other; those of a line in the order in which they stand in it.
        foreach (var job in jobs.Where(job => !job.IsPlain).OrderBy(job => job.OrderKey is null ? job.UniqueKey : null, StringComparer.Ordinal))
        {
            if (job.KeptUntil is not null)
            {
                batch.AddRow(_forget, Dialect, job.Id);
                batch.AddRow(_forgetSteps, Dialect, job.Id);
                batch.AddRow(_forgetRuns, Dialect, job.Id);
                batch.AddRow(_forgetLog, Dialect, job.Id);
                batch.AddRow(_forgetTags, Dialect, job.Id);
            }

            if (job.UniqueKey is { } name)
                batch.AddRow(_freeUnique, Dialect, name);
            batch.AddRow(
                InsertSpecial, Dialect, job.Id, job.Type, job.Queue, job.Arguments, job.State, job.Priority, job.Rank, OrNull(job.DueAt), OrNull(job.StartBefore), OrNull(job.Timeout),
                OrNull(job.OrderKey), job.OrderPolicy, OrNull(job.UniqueKey), job.UniqueWhile, OrNull(job.UniqueUntil), OrNull(job.KeptUntil), OrNull(job.Callback), OrNull(job.BatchId), OrNull(job.Tenant), OrNull(job.KeepFor), OrNull(job.Tags), OrNull(job.LimitKey));
            AddTags(batch, job);
            if (job.OrderKey is { } key)
                batch.AddRow(_join, Dialect, key, job.Id);
        }
    }

    public override async Task<JobEndResult> EndAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<EndedRun> ended, string node, CancellationToken cancellationToken)
    {
        HashSet<Guid> written = new(ended.Count);
        SortedSet<string> lines = new(StringComparer.Ordinal);
        SortedDictionary<(string Queue, string Type), JobCount> counts = [];
        List<(Guid Batch, int State)> counted = [];
        await using var known = new RowStatement(connection, transaction, _endKnown, Dialect);
        await using var read = new RowStatement(connection, transaction, End, Dialect);
        foreach (var run in ended)
        {
            if (run is { Job: { } job, State: JobStates.Succeeded or JobStates.Dead or JobStates.Cancelled })
            {
                if (await known.With(run.Id, run.Claim, run.State, run.Failures, (object?)run.Result ?? NullBytes, OrNull(run.Error), OrNull(run.KeepFor)).ExecuteNonQueryAsync(cancellationToken) == 0)
                    continue;
                CountOf(counts, job.Queue, job.Type).AddRun(run.State, run.Failures, run.RunMs, run.WaitMs);
            }
            else
            {
                await using var reader = await read.With(run.Id, run.Claim, run.State, OrNull(run.DueAt), run.Failures, (object?)run.Result ?? NullBytes, OrNull(run.Error), OrNull(run.KeepFor)).ExecuteReaderAsync(cancellationToken);
                if (!await reader.ReadAsync(cancellationToken))
                    continue;
                CountOf(counts, reader.GetString(0), reader.GetString(1)).AddRun(reader.GetInt32(2), run.Failures, run.RunMs, reader.GetInt64(4) - run.RunMs - reader.GetInt64(3));
            }

            written.Add(run.Id);
            if (run.IsCounted)
                await AddBatchOfAsync(connection, transaction, run.Id, counted, cancellationToken);
            if (run.Line is not { } line)
                continue;
            await ScalarAsync(connection, transaction, _leave, cancellationToken, run.Id);
            lines.Add(line);
        }

        // Lines before counters, as everywhere.
        IReadOnlyList<string> raised = lines.Count == 0 ? [] : await AdvanceAsync(connection, transaction!, lines, cancellationToken);
        foreach (var ((queue, type), count) in counts.Where(count => count.Value.Runs > 0))
            await TallyAsync(connection, transaction, queue, type, node, count, cancellationToken);
        return new JobEndResult(written, raised, BatchCount.Of(counted));
    }

    private async Task AddBatchOfAsync(DbConnection connection, DbTransaction? transaction, Guid job, List<(Guid Batch, int State)> counted, CancellationToken cancellationToken)
    {
        await using var statement = new RowStatement(connection, transaction, _batchOf, Dialect);
        await using var reader = await statement.With(job).ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            counted.Add((reader.GetGuid(0), reader.GetInt32(1)));
    }

    public override async Task<IReadOnlyList<string>> AdvanceAsync(DbConnection connection, DbTransaction transaction, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        List<string> queues = [];
        // Every process locks them in one order.
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            await LockLineAsync(connection, transaction, key, cancellationToken);
            if (await ScalarAsync(connection, transaction, TakeTurn, cancellationToken, key) is not { } job)
                continue;
            if (await ScalarAsync(connection, transaction, Raise, cancellationToken, job) is string queue)
                queues.Add(queue);
        }

        return queues;
    }

    public override Task LockLineAsync(DbConnection connection, DbTransaction transaction, string key, CancellationToken cancellationToken) =>
        LockLine is { } text ? ScalarAsync(connection, transaction, text, cancellationToken, key) : Task.CompletedTask;

    public override async Task<List<ClaimedJob>> ClaimAsync(DbConnection connection, DbTransaction? transaction, JobTurn turn, CancellationToken cancellationToken)
    {
        List<ClaimedJob> jobs = [];
        var types = JsonSerializer.Serialize(turn.Types);
        foreach (var claim in turn.Claims)
        {
            await using var statement = new RowStatement(connection, transaction, claim.After is not null ? ClaimByTurns : Claim(turn.Types.Count), Dialect);
            object[] last = claim.After is { } after ? [after] : [];
            await using var reader = await statement.With([turn.Owner, turn.Node, claim.Queue, types, (long)claim.Limit, claim.LeastCrashes, claim.MostCrashes, .. last]).ExecuteReaderAsync(cancellationToken);
            var first = jobs.Count;
            while (await reader.ReadAsync(cancellationToken))
                jobs.Add(ClaimedJob.Read(reader));
            ClaimedJob.Sort(jobs, first, claim.After);
        }

        return jobs;
    }

    public override async Task<JobTurnResult> TurnAsync(DbConnection connection, JobTurn turn, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ends = await CountAsync(connection, transaction, await EndAsync(connection, transaction, turn.Ended, turn.Node, cancellationToken), cancellationToken);
        var claimed = await ClaimAsync(connection, transaction, turn, cancellationToken);
        var limited = await ClaimLimitedAsync(connection, transaction, turn, claimed, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return new JobTurnResult(ends, claimed, limited);
    }

    private static JobCount CountOf(SortedDictionary<(string Queue, string Type), JobCount> counts, string queue, string type)
    {
        if (!counts.TryGetValue((queue, type), out var count))
            counts.Add((queue, type), count = new JobCount());
        return count;
    }

    // What they have in common is bound once: a driver that finds each parameter by its name takes longer over many than the database over the rows.
    private static string InsertOf(JobTables tables, string now, int rows) =>
        $"INSERT INTO {tables.Job} ({InsertColumns}, order_policy, unique_while, {InsertFixedColumns}) VALUES " +
        string.Join(", ", Enumerable.Range(0, rows).Select(row => (row * 3) + 7).Select(own => $"(@p{own}, @p0, @p1, @p{own + 1}, @p2, @p3, @p{own + 2}, @p4, @p5, @p6, 0, 0, 0, 0, 0, 0, {now})"));

    private void AddPlain(StoreBatch batch, List<NewJob> jobs)
    {
        for (var first = 0; first < jobs.Count;)
        {
            var head = jobs[first];
            // Long ones go one by one: together they would be held in memory twice.
            var alike = Math.Max(1, jobs.Skip(first).Take(RowsAnInsert[0]).TakeWhile(job => job.Arguments.Length <= LongestTogether && head.IsLike(job)).Count());
            var size = Array.FindIndex(RowsAnInsert, rows => rows <= alike);
            var some = jobs.GetRange(first, RowsAnInsert[size]);
            batch.AddRow(
                _inserts[size], Dialect,
                [head.Type, head.Queue, head.State, head.Priority, OrNull(head.DueAt), OrNull(head.StartBefore), OrNull(head.Timeout), .. some.SelectMany(static job => new object[] { job.Id, job.Arguments, job.Rank })]);
            first += some.Count;
        }
    }

    private static object OrNull(object? value) => value ?? DBNull.Value;
}
