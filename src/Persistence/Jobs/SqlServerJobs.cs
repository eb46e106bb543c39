using System.Data.SqlTypes;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>On SQL Server rows that others have locked are passed over, and what is updated is put out.</summary>
internal sealed class SqlServerJobs(StoreDialect dialect, JobTables tables, string now) : RowByRowJobs(dialect, tables, now)
{
    public override string QueueDue { get; } =
        $"WITH due AS (SELECT TOP (@p1) * FROM {tables.Job} WITH (ROWLOCK, UPDLOCK, READPAST) WHERE due_at <= @p0 ORDER BY due_at) " +
        $"UPDATE due SET state = 1, rank = due_at * 1000 - CAST(priority AS bigint) * {MicrosecondsAPriority}, due_at = NULL OUTPUT inserted.queue";

    public override string Look { get; } =
        $"SELECT DISTINCT {QueueSeen}, queue FROM {tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE state = 1 UNION ALL SELECT kind, name FROM {tables.Pause} " +
        $"UNION ALL SELECT DISTINCT {TenantsSeen}, queue FROM {tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE state = 1 AND tenant IS NOT NULL " +
        $"UNION ALL SELECT DISTINCT {SuspectSeen}, queue FROM {tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE state = 1 AND crashes > 1 " +
        $"UNION ALL SELECT CASE WHEN cancel_requested = 1 THEN {CancelledSeen} ELSE {OwnSeen} END, CONCAT(CONVERT(nvarchar(36), id), ':', claims, ':', order_key) FROM {tables.Job} WHERE owner_id = @p0" +
        $" UNION ALL SELECT {LostSeen}, '' WHERE EXISTS ({LostOf(tables, now)}) UNION ALL {JobLimits.Seen(tables, $"CONCAT(rests_until - {now}, ':', name)")}";

    public override string Lost { get; } = LostOf(tables, now);

    public override string IdleLines { get; } =
        $"SELECT DISTINCT order_key FROM {tables.Line} AS l WHERE NOT EXISTS (SELECT 1 FROM {tables.Line} AS a WHERE a.order_key = l.order_key AND a.active = 1)";

    protected override string InsertSpecial { get; } =
        $"INSERT INTO {tables.Job} ({InsertColumns}, {InsertSpecialColumns}, {InsertFixedColumns}) " +
        $"SELECT @p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p12, @p21, 0, 0, 0, 0, {now} " +
        $"WHERE NOT EXISTS (SELECT 1 FROM {tables.Job} WITH (UPDLOCK, HOLDLOCK) WHERE id = @p0) AND NOT EXISTS (SELECT 1 FROM {tables.Job} WITH (UPDLOCK, HOLDLOCK) WHERE unique_key = @p12)";

    protected override string InsertTags { get; } =
        $"INSERT INTO {tables.Tag} (job_id, tag) SELECT DISTINCT j.id, CAST(t.value AS nvarchar(100)) COLLATE DATABASE_DEFAULT FROM {tables.Job} AS j CROSS APPLY OPENJSON(j.tags) AS t " +
        $"WHERE j.id = @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Tag} WHERE job_id = @p0)";

    private readonly string _claim =
        $"UPDATE {tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {UniqueAtStart} OUTPUT " +
        ClaimedJob.Output("inserted.", "DATALENGTH") +
        " WHERE id IN (SELECT TOP (@p4) c.id FROM OPENJSON(@p3) AS t CROSS APPLY (SELECT TOP (@p4) id, rank FROM " +
        $"{tables.Job} WITH (ROWLOCK, UPDLOCK, READPAST) WHERE queue = @p2 AND type = CAST(t.value AS nvarchar(400)) AND state = 1 AND crashes BETWEEN @p5 AND @p6 ORDER BY rank) AS c ORDER BY c.rank)";

    public override string SaveCheckpoint { get; } =
        $"UPDATE {tables.Step} SET result = @p2, ended_at = {now} WHERE job_id = @p0 AND name = '' AND EXISTS (SELECT 1 FROM {tables.Job} WITH (UPDLOCK, HOLDLOCK) WHERE id = @p0 AND claims = @p1 AND state = 2); " +
        $"IF @@ROWCOUNT = 0 INSERT INTO {tables.Step} (job_id, name, result, ended_at) SELECT id, '', @p2, {now} FROM {tables.Job} WITH (UPDLOCK, HOLDLOCK) WHERE id = @p0 AND claims = @p1 AND state = 2";

    protected override string Claim(int types) => _claim;

    protected override string ClaimByTurns { get; } =
        $"WITH groups AS (SELECT DISTINCT type, tenant FROM {tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE queue = @p2 AND type IN (SELECT CAST(value AS nvarchar(400)) FROM OPENJSON(@p3)) AND state = 1 " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Pause} WHERE kind = {TenantPaused} AND name = tenant)), " +
        "depth AS (SELECT 1 + 2 * @p4 / (1 + count(DISTINCT tenant)) AS most FROM groups), " +
        "heads AS (SELECT j.id, j.rank, groups.tenant FROM groups CROSS APPLY (SELECT TOP ((SELECT most FROM depth)) id, rank FROM " +
        $"{tables.Job} WITH (ROWLOCK, UPDLOCK, READPAST) WHERE queue = @p2 AND type = groups.type AND state = 1 AND (tenant = groups.tenant OR (tenant IS NULL AND groups.tenant IS NULL)) AND crashes BETWEEN @p5 AND @p6 ORDER BY rank) AS j), " +
        "turns AS (SELECT id, coalesce(tenant, N'') COLLATE Latin1_General_BIN2 AS tenant, row_number() OVER (PARTITION BY tenant ORDER BY rank) AS turn FROM heads), " +
        "next AS (SELECT TOP (@p4) id FROM turns WHERE turn <= (SELECT most FROM depth) ORDER BY turn, CASE WHEN tenant > @p7 THEN 0 ELSE 1 END, tenant) " +
        $"UPDATE {tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {UniqueAtStart} OUTPUT " +
        ClaimedJob.Output("inserted.", "DATALENGTH") + " WHERE id IN (SELECT id FROM next)";

    public override JobStats Stats { get; } = new SqlServerJobStats(tables, now);

    protected override string EndOutput => $"OUTPUT inserted.queue, inserted.type, inserted.state, inserted.rank / 1000 + inserted.priority * 60000, {Now}";

    protected override string TakeTurn { get; } =
        $"UPDATE {tables.Line} SET active = 1 OUTPUT inserted.job_id WHERE position = (SELECT min(position) FROM {tables.Line} WHERE order_key = @p0 AND active = 0) " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Line} WHERE order_key = @p0 AND active = 1)";

    protected override string Raise { get; } =
        $"UPDATE {tables.Job} SET state = 1, rank = {now} * 1000 - CAST(priority AS bigint) * {MicrosecondsAPriority} OUTPUT inserted.queue WHERE id = @p0 AND state = 7";

    public override JobLimits Limits => field ??= new SqlServerJobLimits(this, Dialect, Tables, Now);

    protected override string? LockLine => "EXEC sp_getapplock @Resource = @p0, @LockMode = 'Exclusive', @LockOwner = 'Transaction'";

    // The range is kept from others, where there is no row yet.
    protected override TrackedSyntax TrackedSyntax => new(False, Hint: " WITH (UPDLOCK, HOLDLOCK)", UnlessThere: "");

    // A null without a type would be text, which does not become bytes.
    public override object NullBytes => SqlBinary.Null;

    private static string LostOf(JobTables tables, string now) =>
        $"SELECT id, claims FROM {tables.Job} AS j WHERE owner_id IS NOT NULL AND NOT EXISTS " +
        $"(SELECT 1 FROM {tables.Lease} AS l WHERE l.name = CONCAT('outbox:', UPPER(CONVERT(nvarchar(36), j.owner_id))) AND l.expires_at >= {now})";
}
