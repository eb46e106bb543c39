using System.Data.Common;
using Bus.Persistence.Databases;
using Npgsql;

namespace Bus.Persistence.Jobs;

/// <summary>On PostgreSQL the rows of a group travel as arrays.</summary>
internal sealed partial class PostgresJobs(StoreDialect dialect, JobTables tables, string now) : JobDialect(dialect, tables, now)
{
    private readonly string _insert =
        $"INSERT INTO {tables.Job} ({InsertColumns}, order_policy, unique_while, {InsertFixedColumns}) SELECT i, t, q, a, s, p, r, d, b, m, 0, 0, 0, 0, 0, false, {now} " +
        "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) AS x(i, t, q, a, s, p, r, d, b, m)";

    private readonly string _insertSpecial =
        $"INSERT INTO {tables.Job} ({InsertColumns}, {InsertSpecialColumns}, {InsertFixedColumns}) SELECT i, t, q, a, s, p, r, d, b, m, ok, op, uk, uw, uu, ku, cb, ba, tn, kf, tg, uk, lk, 0, 0, 0, false, {now} " +
        "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::int[], $13::text[], $14::int[], $15::bigint[], $16::bigint[], $17::text[], $18::uuid[], $19::text[], $20::bigint[], $21::text[], $22::text[]) " +
        "AS x(i, t, q, a, s, p, r, d, b, m, ok, op, uk, uw, uu, ku, cb, ba, tn, kf, tg, lk) ON CONFLICT DO NOTHING";

    private readonly string _forget = $"DELETE FROM {tables.Job} WHERE id = ANY($1) AND state IN (3, 6) AND kept_until <= {now}";

    private readonly string _forgetSteps = $"DELETE FROM {tables.Step} AS s WHERE job_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = s.job_id)";

    private readonly string _forgetRuns = $"DELETE FROM {tables.Run} AS r WHERE job_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = r.job_id)";

    private readonly string _forgetLog = $"DELETE FROM {tables.Log} AS l WHERE job_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = l.job_id)";

    private readonly string _freeUnique = $"UPDATE {tables.Job} SET unique_key = NULL WHERE unique_key = ANY($1) AND unique_until <= {now}";

    private readonly string _join =
        $"INSERT INTO {tables.Line} (order_key, job_id, active) SELECT x.k, x.i, false FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS x(i, k, n) " +
        $"WHERE EXISTS (SELECT 1 FROM {tables.Job} AS j WHERE j.id = x.i AND j.state = 7) ORDER BY x.n ON CONFLICT DO NOTHING";

    private readonly string _end =
        $"WITH ended AS (UPDATE {tables.Job} AS j SET state = {StateAfter}, owner_id = NULL, cancel_requested = false, due_at = CASE WHEN {StateAfter} = 4 THEN x.d END, attempts = attempts + x.f, result = x.r, " +
        $"error = coalesce(x.e, CASE WHEN x.s = 1 THEN j.error END), keep_for = coalesce(j.keep_for, x.k), {UniqueAtEnd(StateAfter)}, " +
        $"ended_at = CASE WHEN {StateAfter} IN (3, 5, 6) THEN {now} END " +
        "FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::bytea[], $7::text[], $8::bigint[], $10::bigint[]) AS x(i, c, s, d, f, r, e, m, k) " +
        $"WHERE j.id = x.i AND j.claims = x.c AND j.state = 2 RETURNING j.id, j.queue, j.type, j.state AS s, x.f, x.m, {now} - x.m - j.rank / 1000 - j.priority * 60000::bigint AS w, j.batch_id), " +
        $"counted AS ({new JobStats(tables, now).Insert}SELECT 1, {now} / 60000, queue, type, $9, count(*), count(*) FILTER (WHERE s = 3), sum(f), count(*) FILTER (WHERE s = 5), count(*) FILTER (WHERE s = 6), 0, " +
        $"sum(m), sum(greatest(w, 0)), max(m) FROM ended WHERE s <> 1 OR f > 0 GROUP BY queue, type ORDER BY queue, type{JobStats.OrAdd}) SELECT id, batch_id, s FROM ended";

    private readonly string _leave =
        $"DELETE FROM {tables.Line} AS l USING unnest($1::uuid[], $2::bigint[]) AS x(i, c), {tables.Job} AS j WHERE l.job_id = x.i AND j.id = x.i AND j.claims = x.c AND {LeavesLine("j")}";

    // In one order, so that no two wait for each other. The statement after it sees what those committed that it waited for.
    private readonly string _lock = "SELECT pg_advisory_xact_lock(x.h) FROM (SELECT DISTINCT hashtextextended(k, 0) AS h FROM unnest($1::text[]) AS k ORDER BY 1) AS x";

    private readonly string _advance =
        $"WITH heads AS (SELECT h.position, h.job_id FROM unnest($1::text[]) AS k CROSS JOIN LATERAL (SELECT position, job_id FROM {tables.Line} WHERE order_key = k AND NOT active ORDER BY position LIMIT 1) AS h " +
        $"WHERE NOT EXISTS (SELECT 1 FROM {tables.Line} AS a WHERE a.order_key = k AND a.active)), " +
        $"turns AS (UPDATE {tables.Line} AS l SET active = true FROM heads WHERE l.position = heads.position) " +
        $"UPDATE {tables.Job} AS j SET state = 1, rank = {now} * 1000 - CAST(priority AS bigint) * {MicrosecondsAPriority} FROM heads WHERE j.id = heads.job_id AND j.state = 7 RETURNING j.queue";

    private readonly string _claim =
        $"WITH next AS (SELECT c.id FROM unnest($4::text[]) AS t CROSS JOIN LATERAL (SELECT id, rank FROM {tables.Job} WHERE queue = $3 AND type = t AND state = 1 AND crashes BETWEEN $6 AND $7 " +
        "ORDER BY rank LIMIT $5 FOR UPDATE SKIP LOCKED) AS c ORDER BY c.rank LIMIT $5) " +
        $"UPDATE {tables.Job} AS j SET state = 2, owner_id = $1, node = $2, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {UniqueAtStart} FROM next WHERE j.id = next.id RETURNING " +
        ClaimedJob.Output("j.", "octet_length");

    // From one tenant to the next along the index, and of each only the first. The group without a tenant is the last of its type. More than are wanted are looked at, for those that another has locked.
    private readonly string _claimByTurns =
        $"WITH RECURSIVE groups(type, tenant) AS (SELECT t, (SELECT tenant FROM {tables.Job} WHERE queue = $3 AND type = t AND state = 1 AND tenant IS NOT NULL ORDER BY tenant LIMIT 1) FROM unnest($4::text[]) AS t UNION ALL " +
        $"SELECT type, (SELECT j.tenant FROM {tables.Job} AS j WHERE j.queue = $3 AND j.type = groups.type AND j.state = 1 AND j.tenant > groups.tenant ORDER BY j.tenant LIMIT 1) FROM groups WHERE tenant IS NOT NULL), " +
        $"going AS MATERIALIZED (SELECT type, tenant FROM groups WHERE tenant IS NULL OR tenant NOT IN (SELECT name FROM {tables.Pause} WHERE kind = {TenantPaused})), " +
        "depth AS MATERIALIZED (SELECT 1 + 2 * $5 / (1 + count(DISTINCT tenant)) AS most FROM going), " +
        $"heads AS (SELECT c.id, c.rank, going.tenant FROM going CROSS JOIN LATERAL (SELECT id, rank FROM {tables.Job} WHERE queue = $3 AND type = going.type AND tenant = going.tenant AND state = 1 AND crashes BETWEEN $6 AND $7 " +
        "ORDER BY rank LIMIT (SELECT most FROM depth)) AS c WHERE going.tenant IS NOT NULL UNION ALL " +
        $"SELECT c.id, c.rank, NULL FROM going CROSS JOIN LATERAL (SELECT id, rank FROM {tables.Job} WHERE queue = $3 AND type = going.type AND tenant IS NULL AND state = 1 AND crashes BETWEEN $6 AND $7 " +
        "ORDER BY rank LIMIT (SELECT most FROM depth)) AS c WHERE going.tenant IS NULL), " +
        "turns AS (SELECT id, coalesce(tenant, '') COLLATE \"C\" AS tenant, row_number() OVER (PARTITION BY tenant ORDER BY rank) AS turn FROM heads), " +
        "list AS MATERIALIZED (SELECT ARRAY(SELECT id FROM turns WHERE turn <= (SELECT most FROM depth) ORDER BY turn, tenant <= $8, tenant LIMIT 2 * $5) AS ids), " +
        $"next AS (SELECT id FROM {tables.Job} WHERE id = ANY((SELECT ids FROM list)::uuid[]) AND state = 1 ORDER BY array_position((SELECT ids FROM list), id) LIMIT $5 FOR UPDATE SKIP LOCKED) " +
        $"UPDATE {tables.Job} AS j SET state = 2, owner_id = $1, node = $2, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {UniqueAtStart} WHERE j.id = ANY(ARRAY(SELECT id FROM next)) RETURNING " +
        ClaimedJob.Output("j.", "octet_length");

    // One whose run should stop is not tried again.
    private const string StateAfter = "CASE WHEN j.cancel_requested AND x.s IN (1, 4) THEN 6 ELSE x.s END";

    protected override string False => "false";

    protected override string AsItStands => " FOR SHARE";

    protected override TrackedSyntax TrackedSyntax => new(False, Lock: " FOR UPDATE");

    public override JobPages Pages { get; } = new PostgresJobPages(tables);

    public override JobLimits Limits => field ??= new PostgresJobLimits(this, Dialect, Tables, Now);

    public override string QueueDue { get; } =
        $"UPDATE {tables.Job} SET state = 1, rank = due_at * 1000 - priority * {MicrosecondsAPriority}, due_at = NULL WHERE id = ANY(ARRAY(SELECT id FROM {tables.Job} WHERE due_at <= @p0 ORDER BY due_at LIMIT @p1 FOR UPDATE SKIP LOCKED)) RETURNING queue";

    public override string Look { get; } =
        $"WITH RECURSIVE queues(name) AS ((SELECT queue FROM {tables.Job} WHERE state = 1 ORDER BY queue LIMIT 1) UNION ALL " +
        $"SELECT (SELECT queue FROM {tables.Job} WHERE state = 1 AND queue > queues.name ORDER BY queue LIMIT 1) FROM queues WHERE queues.name IS NOT NULL) " +
        $"SELECT {QueueSeen}, name FROM queues WHERE name IS NOT NULL UNION ALL SELECT kind, name FROM {tables.Pause} " +
        $"UNION ALL SELECT {TenantsSeen}, name FROM queues WHERE (SELECT 1 FROM {tables.Job} WHERE queue = queues.name AND state = 1 AND tenant IS NOT NULL LIMIT 1) = 1 " +
        $"UNION ALL (SELECT DISTINCT {SuspectSeen}, queue FROM {tables.Job} WHERE state = 1 AND crashes > 1) " +
        $"UNION ALL SELECT CASE WHEN cancel_requested THEN {CancelledSeen} ELSE {OwnSeen} END, id || ':' || claims || ':' || coalesce(order_key, '') FROM {tables.Job} WHERE owner_id = @p0" +
        $" UNION ALL SELECT {LostSeen}, '' WHERE EXISTS ({LostOf(tables, now)}) UNION ALL {JobLimits.Seen(tables, $"(rests_until - {now}) || ':' || name")}";

    public override string Lost { get; } = LostOf(tables, now);

    public override string IdleLines { get; } =
        $"WITH RECURSIVE lines(k) AS ((SELECT order_key FROM {tables.Line} ORDER BY order_key LIMIT 1) UNION ALL " +
        $"SELECT (SELECT order_key FROM {tables.Line} WHERE order_key > lines.k ORDER BY order_key LIMIT 1) FROM lines WHERE lines.k IS NOT NULL) " +
        $"SELECT k FROM lines WHERE k IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {tables.Line} AS a WHERE a.order_key = lines.k AND a.active)";

    public override void AddInsert(StoreBatch batch, IReadOnlyList<NewJob> jobs)
    {
        var plain = jobs.Where(job => job.IsPlain).ToList();
        if (plain.Count > 0)
            batch.Add(_insert, Values(plain));
        if (plain.Count == jobs.Count)
            return;
        var special = jobs.Where(job => !job.IsPlain).ToList();
        var kept = special.Where(job => job.KeptUntil is not null).Select(job => job.Id).ToArray();
        if (kept.Length > 0)
        {
            batch.Add(_forget, Value(kept));
            batch.Add(_forgetSteps, Value(kept));
            batch.Add(_forgetRuns, Value(kept));
            batch.Add(_forgetLog, Value(kept));
            batch.Add(_forgetTags, Value(kept));
        }

        // In one order, so that no two wait for each other.
        special.Sort((one, other) => string.CompareOrdinal(one.UniqueKey, other.UniqueKey));
        var names = special.Select(job => job.UniqueKey).OfType<string>().ToArray();
        if (names.Length > 0)
            batch.Add(_freeUnique, Value(names));
        batch.Add(
            _insertSpecial,
            [.. Values(special), Value(Column(special, job => job.OrderKey)), Value(Column(special, job => job.OrderPolicy)), Value(Column(special, job => job.UniqueKey)),
                Value(Column(special, job => job.UniqueWhile)), Value(Column(special, job => job.UniqueUntil)), Value(Column(special, job => job.KeptUntil)), Value(Column(special, job => job.Callback)), Value(Column(special, job => job.BatchId)), Value(Column(special, job => job.Tenant)), Value(Column(special, job => job.KeepFor)), Value(Column(special, job => job.Tags)), Value(Column(special, job => job.LimitKey))]);
        AddTags(batch, special);
        var keyed = jobs.Where(job => job.OrderKey is not null).ToList();
        if (keyed.Count > 0)
            batch.Add(_join, Value(Column(keyed, job => job.Id)), Value(Column(keyed, job => job.OrderKey!)));
    }

    public override async Task<JobEndResult> EndAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<EndedRun> ended, string node, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
            return JobEndResult.Nothing;
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        var leaves = AddEnd(batch, ended, node);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadEndAsync(reader, leaves, cancellationToken);
    }

    public override async Task<IReadOnlyList<string>> AdvanceAsync(DbConnection connection, DbTransaction transaction, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        AddAdvance(batch, [.. keys]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await ReadQueuesAsync(reader, cancellationToken);
    }

    public override Task LockLineAsync(DbConnection connection, DbTransaction transaction, string key, CancellationToken cancellationToken) =>
        ScalarAsync(connection, transaction, "SELECT pg_advisory_xact_lock(hashtextextended(@p0, 0))", cancellationToken, key);

    public override async Task<List<ClaimedJob>> ClaimAsync(DbConnection connection, DbTransaction? transaction, JobTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Claims.Count == 0)
            return [];
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        AddClaims(batch, turn);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadJobsAsync(reader, turn, cancellationToken);
    }

    // A batch without a transaction is one.
    public override async Task<JobTurnResult> TurnAsync(DbConnection connection, JobTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Limited.Count > 0 || turn.Ended.Any(run => run.IsCounted))
            return await TurnInTransactionAsync(connection, turn, cancellationToken);
        await using var batch = connection.CreateBatch();
        var leaves = turn.Ended.Count > 0 && AddEnd(batch, turn.Ended, turn.Node);
        AddClaims(batch, turn);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ends = JobEndResult.Nothing;
        if (turn.Ended.Count > 0)
        {
            ends = await ReadEndAsync(reader, leaves, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
        }

        return new JobTurnResult(ends, await ReadJobsAsync(reader, turn, cancellationToken), LimitedOutcome.Nothing);
    }

    private async Task<JobTurnResult> TurnInTransactionAsync(DbConnection connection, JobTurn turn, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ends = await CountAsync(connection, transaction, await EndAsync(connection, transaction, turn.Ended, turn.Node, cancellationToken), cancellationToken);
        var claimed = await ClaimAsync(connection, transaction, turn, cancellationToken);
        var limited = await ClaimLimitedAsync(connection, transaction, turn, claimed, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return new JobTurnResult(ends, claimed, limited);
    }

    private bool AddEnd(DbBatch batch, IReadOnlyList<EndedRun> ended, string node)
    {
        Add(
            batch, _end,
            Value(Column(ended, run => run.Id)), Value(Column(ended, run => run.Claim)), Value(Column(ended, run => run.State)), Value(Column(ended, run => run.DueAt)), Value(Column(ended, run => run.Failures)),
            Value(Column(ended, run => run.Result)), Value(Column(ended, run => run.Error)), Value(Column(ended, run => run.RunMs)), Value(node), Value(Column(ended, run => run.KeepFor)));
        var leaves = ended.Where(run => run.Line is not null).ToList();
        if (leaves.Count == 0)
            return false;
        Add(batch, _leave, Value(Column(leaves, run => run.Id)), Value(Column(leaves, run => run.Claim)));
        AddAdvance(batch, [.. leaves.Select(run => run.Line!).Distinct(StringComparer.Ordinal)]);
        return true;
    }

    private void AddAdvance(DbBatch batch, string[] keys)
    {
        Add(batch, _lock, Value(keys));
        Add(batch, _advance, Value(keys));
    }

    private void AddClaims(DbBatch batch, JobTurn turn)
    {
        string[] types = [.. turn.Types];
        foreach (var claim in turn.Claims)
        {
            DbParameter[] values = [Value(turn.Owner), Value(turn.Node), Value(claim.Queue), Value(types), Value((long)claim.Limit), Value(claim.LeastCrashes), Value(claim.MostCrashes)];
            if (claim.After is { } after)
                Add(batch, _claimByTurns, [.. values, Value(after)]);
            else
                Add(batch, _claim, values);
        }
    }

    private static void Add(DbBatch batch, string sql, params DbParameter[] parameters)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }

    private static async Task<JobEndResult> ReadEndAsync(DbDataReader reader, bool leaves, CancellationToken cancellationToken)
    {
        HashSet<Guid> ids = [];
        List<(Guid Batch, int State)> counted = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
            if (!await reader.IsDBNullAsync(1, cancellationToken))
                counted.Add((reader.GetGuid(1), reader.GetInt32(2)));
        }

        if (!leaves)
            return new JobEndResult(ids, [], BatchCount.Of(counted));
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new JobEndResult(ids, await ReadQueuesAsync(reader, cancellationToken), BatchCount.Of(counted));
    }

    private static async Task<List<string>> ReadQueuesAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        List<string> queues = [];
        while (await reader.ReadAsync(cancellationToken))
            queues.Add(reader.GetString(0));
        return queues;
    }

    private static async Task<List<ClaimedJob>> ReadJobsAsync(DbDataReader reader, JobTurn turn, CancellationToken cancellationToken)
    {
        List<ClaimedJob> jobs = [];
        for (var index = 0; index < turn.Claims.Count; index++)
        {
            var first = jobs.Count;
            while (await reader.ReadAsync(cancellationToken))
                jobs.Add(ClaimedJob.Read(reader));
            ClaimedJob.Sort(jobs, first, turn.Claims[index].After);
            await reader.NextResultAsync(cancellationToken);
        }

        return jobs;
    }

    private static DbParameter[] Values(IReadOnlyList<NewJob> jobs) =>
    [
        Value(Column(jobs, job => job.Id)), Value(Column(jobs, job => job.Type)), Value(Column(jobs, job => job.Queue)), Value(Column(jobs, job => job.Arguments)), Value(Column(jobs, job => job.State)),
        Value(Column(jobs, job => job.Priority)), Value(Column(jobs, job => job.Rank)), Value(Column(jobs, job => job.DueAt)), Value(Column(jobs, job => job.StartBefore)), Value(Column(jobs, job => job.Timeout)),
    ];

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return values;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static string LostOf(JobTables tables, string now) =>
        $"SELECT id, claims FROM {tables.Job} AS j WHERE owner_id IS NOT NULL AND NOT EXISTS " +
        $"(SELECT 1 FROM {tables.Lease} AS l WHERE l.name = 'outbox:' || upper(j.owner_id::text) AND l.expires_at >= {now})";
}
