using System.Collections.Concurrent;
using System.Globalization;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>On SQLite a statement costs no round trip, and nobody else writes meanwhile.</summary>
internal sealed class SqliteJobs(StoreDialect dialect, JobTables tables, string now) : RowByRowJobs(dialect, tables, now)
{
    private readonly ConcurrentDictionary<int, string> _claims = new();

    public override JobPages Pages { get; } = new SqliteJobPages(tables);

    public override string QueueDue { get; } =
        $"UPDATE {tables.Job} SET state = 1, rank = due_at * 1000 - priority * {MicrosecondsAPriority}, due_at = NULL WHERE id IN (SELECT id FROM {tables.Job} WHERE due_at <= @p0 ORDER BY due_at LIMIT @p1) RETURNING queue";

    public override string Look { get; } =
        // The order is that of the index of what waits: by its queue alone they could as well be looked for among all jobs.
        $"WITH RECURSIVE queues(name) AS (SELECT (SELECT queue FROM {tables.Job} WHERE state = 1 ORDER BY queue, type, rank LIMIT 1) UNION ALL " +
        $"SELECT (SELECT queue FROM {tables.Job} WHERE state = 1 AND queue > queues.name ORDER BY queue, type, rank LIMIT 1) FROM queues WHERE queues.name IS NOT NULL) " +
        $"SELECT {QueueSeen}, name FROM queues WHERE name IS NOT NULL UNION ALL SELECT kind, name FROM {tables.Pause} " +
        $"UNION ALL SELECT {TenantsSeen}, name FROM queues WHERE (SELECT 1 FROM {tables.Job} WHERE queue = queues.name AND state = 1 AND tenant IS NOT NULL ORDER BY type, tenant LIMIT 1) = 1 " +
        $"UNION ALL SELECT * FROM (SELECT DISTINCT {SuspectSeen}, queue FROM {tables.Job} WHERE state = 1 AND crashes > 1) " +
        $"UNION ALL SELECT CASE WHEN cancel_requested = 1 THEN {CancelledSeen} ELSE {OwnSeen} END, id || ':' || claims || ':' || coalesce(order_key, '') FROM {tables.Job} WHERE owner_id = @p0" +
        $" UNION ALL SELECT {LostSeen}, '' WHERE EXISTS ({LostOf(tables, now)}) UNION ALL {JobLimits.Seen(tables, $"(rests_until - {now}) || ':' || name")}";

    public override string Lost { get; } = LostOf(tables, now);

    public override string IdleLines { get; } =
        $"WITH RECURSIVE lines(k) AS (SELECT min(order_key) FROM {tables.Line} UNION ALL " +
        $"SELECT (SELECT min(order_key) FROM {tables.Line} WHERE order_key > lines.k) FROM lines WHERE lines.k IS NOT NULL) " +
        $"SELECT k FROM lines WHERE k IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {tables.Line} AS a WHERE a.order_key = lines.k AND a.active = 1)";

    protected override string InsertSpecial { get; } =
        $"INSERT INTO {tables.Job} ({InsertColumns}, {InsertSpecialColumns}, {InsertFixedColumns}) " +
        $"VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p12, @p21, 0, 0, 0, 0, {now}) ON CONFLICT DO NOTHING";

    protected override string InsertTags { get; } = $"INSERT INTO {tables.Tag} (job_id, tag) SELECT j.id, t.value FROM {tables.Job} AS j, json_each(j.tags) AS t WHERE j.id = @p0 ON CONFLICT DO NOTHING";

    // One select a type, so that each goes along its index and stops; there is no lateral join. A bare parameter as LIMIT would have SQLite compile the statement a second time when it is bound, to plan by its value.
    protected override string Claim(int types) => _claims.GetOrAdd(
        types,
        static (count, claim) => claim.Head + string.Join(" UNION ALL ", Enumerable.Range(0, count).Select(number => string.Format(CultureInfo.InvariantCulture, claim.Type, number))) + claim.Tail,
        (
            Head: $"UPDATE {Tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {Now}, progress = NULL, note = NULL, {UniqueAtStart} WHERE id IN (SELECT id FROM (",
            Type: $"SELECT * FROM (SELECT id, rank FROM {Tables.Job} WHERE queue = @p2 AND type = json_extract(@p3, '$[{{0}}]') AND state = 1 AND crashes BETWEEN @p5 AND @p6 ORDER BY rank LIMIT @p4 + 0)",
            Tail: $") ORDER BY rank LIMIT @p4 + 0) RETURNING {ClaimedJob.Output("", "length")}"));

    // From one tenant to the next along the index, and of each only the first. The group without a tenant is the last of its type.
    protected override string ClaimByTurns { get; } =
        $"WITH RECURSIVE groups(type, tenant) AS (SELECT value, (SELECT min(tenant) FROM {tables.Job} WHERE queue = @p2 AND type = value AND state = 1 AND tenant IS NOT NULL) FROM json_each(@p3) UNION ALL " +
        $"SELECT type, (SELECT min(tenant) FROM {tables.Job} WHERE queue = @p2 AND type = groups.type AND state = 1 AND tenant > groups.tenant) FROM groups WHERE tenant IS NOT NULL), " +
        $"going AS MATERIALIZED (SELECT type, tenant FROM groups WHERE tenant IS NULL OR tenant NOT IN (SELECT name FROM {tables.Pause} WHERE kind = {TenantPaused})), " +
        "depth(most) AS MATERIALIZED (SELECT 1 + 2 * @p4 / (1 + count(DISTINCT tenant)) FROM going), " +
        $"heads AS (SELECT j.id, j.rank, j.tenant FROM going CROSS JOIN {tables.Job} AS j ON j.id IN (SELECT id FROM {tables.Job} WHERE queue = @p2 AND type = going.type AND tenant = going.tenant AND state = 1 " +
        "AND crashes BETWEEN @p5 AND @p6 ORDER BY rank LIMIT (SELECT most FROM depth)) WHERE going.tenant IS NOT NULL UNION ALL " +
        $"SELECT j.id, j.rank, NULL FROM going CROSS JOIN {tables.Job} AS j ON j.id IN (SELECT id FROM {tables.Job} WHERE queue = @p2 AND type = going.type AND tenant IS NULL AND state = 1 " +
        "AND crashes BETWEEN @p5 AND @p6 ORDER BY rank LIMIT (SELECT most FROM depth)) WHERE going.tenant IS NULL) " +
        $"UPDATE {tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {UniqueAtStart} " +
        "WHERE id IN (SELECT id FROM (SELECT id, coalesce(tenant, '') AS tenant, row_number() OVER (PARTITION BY tenant ORDER BY rank) AS turn FROM heads) WHERE turn <= (SELECT most FROM depth) ORDER BY turn, tenant <= @p7, tenant LIMIT @p4 + 0) " +
        $"RETURNING {ClaimedJob.Output("", "length")}";

    protected override string EndReturning => $"RETURNING queue, type, state, rank / 1000 + priority * 60000, {Now}";

    protected override string TakeTurn { get; } =
        $"UPDATE {tables.Line} SET active = 1 WHERE position = (SELECT min(position) FROM {tables.Line} WHERE order_key = @p0 AND active = 0) " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Line} WHERE order_key = @p0 AND active = 1) RETURNING job_id";

    protected override string Raise { get; } =
        $"UPDATE {tables.Job} SET state = 1, rank = {now} * 1000 - CAST(priority AS bigint) * {MicrosecondsAPriority} WHERE id = @p0 AND state = 7 RETURNING queue";

    public override JobLimits Limits => field ??= new SqliteJobLimits(this, Dialect, Tables, Now);

    private static string LostOf(JobTables tables, string now) =>
        $"SELECT id, claims FROM {tables.Job} AS j WHERE owner_id IS NOT NULL AND NOT EXISTS " +
        $"(SELECT 1 FROM {tables.Lease} AS l WHERE l.name = 'outbox:' || j.owner_id AND l.expires_at >= {now})";
}
