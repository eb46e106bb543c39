using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <inheritdoc/>
internal sealed class SqlServerJobLimits(JobDialect jobs, StoreDialect dialect, JobTables tables, string now) : JobLimits(jobs, dialect, tables, now)
{
    protected override string Lock { get; } =
        $"INSERT INTO {tables.Limit} (name, limit_key, free_at) SELECT @p0, N'', 0 WHERE NOT EXISTS (SELECT 1 FROM {tables.Limit} WITH (UPDLOCK, HOLDLOCK) WHERE name = @p0 AND limit_key = N''); " +
        $"SELECT free_at FROM {tables.Limit} WITH (UPDLOCK, HOLDLOCK) WHERE name = @p0 AND limit_key = N''";

    protected override string ClaimByRank { get; } = Claim(tables, now, "rank");

    protected override string ClaimByTurns { get; } = Claim(tables, now, "turn, CASE WHEN tenant > @p8 THEN 0 ELSE 1 END, tenant");

    // Who changes keys of a type has locked the row of the type.
    protected override string SpendOfKey { get; } =
        $"UPDATE {tables.Limit} SET free_at = CASE WHEN free_at > {now} * 1000 THEN free_at ELSE {now} * 1000 END + @p2 WHERE name = @p0 AND limit_key = @p1; " +
        $"IF @@ROWCOUNT = 0 INSERT INTO {tables.Limit} (name, limit_key, free_at) VALUES (@p0, @p1, {now} * 1000 + @p2)";

    protected override string Open { get; } =
        $"MERGE INTO {tables.Limit} WITH (HOLDLOCK) AS l USING (SELECT @p0 AS name, {now} + @p1 AS until) AS x ON l.name = x.name AND l.limit_key = N'' " +
        "WHEN MATCHED THEN UPDATE SET rests_until = CASE WHEN l.rests_until > x.until THEN l.rests_until ELSE x.until END, probe_until = NULL " +
        "WHEN NOT MATCHED THEN INSERT (name, limit_key, free_at, rests_until) VALUES (x.name, N'', 0, x.until);";

    public override string Forget { get; } = $"DELETE TOP (1000) FROM {tables.Limit} WITH (ROWLOCK, READPAST) WHERE limit_key <> N'' AND free_at < @p0";

    // Of each key and tenant the first, of keys that have less than they may; a group without a key is bound by nothing.
    private static string Claim(JobTables tables, string now, string order) =>
        $"WITH used AS (SELECT coalesce(limit_key, tenant) AS k, count(*) AS n FROM {tables.Job} WITH (READCOMMITTEDLOCK) WHERE owner_id IS NOT NULL AND type = @p3 GROUP BY coalesce(limit_key, tenant)), " +
        $"groups AS (SELECT DISTINCT limit_key, tenant, coalesce(limit_key, tenant) AS k FROM {tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE queue = @p2 AND type = @p3 AND state = 1 " +
        $"AND NOT EXISTS (SELECT 1 FROM {tables.Pause} WHERE kind = {JobDialect.TenantPaused} AND name = tenant)), " +
        $"running AS (SELECT groups.*, @p5 - coalesce((SELECT n FROM used WHERE used.k = groups.k), 0) AS slots, CASE WHEN @p6 = 0 THEN @p4 ELSE coalesce((SELECT ({now} * 1000 + @p6 * @p7 - free_at) / nullif(@p6, 0) FROM " +
        $"{tables.Limit} WHERE name = @p3 AND limit_key = groups.k AND free_at > {now} * 1000), @p7) END AS tokens FROM groups), " +
        "going AS (SELECT limit_key, tenant, k, CASE WHEN k IS NULL THEN @p4 WHEN slots < tokens THEN slots ELSE tokens END AS n FROM running), " +
        $"heads AS (SELECT j.id, j.rank, going.k, going.n, going.tenant FROM going CROSS APPLY (SELECT TOP (CASE WHEN going.n < @p4 THEN going.n ELSE @p4 END) id, rank FROM {tables.Job} WITH (ROWLOCK, UPDLOCK, READPAST) " +
        "WHERE queue = @p2 AND type = @p3 AND state = 1 AND (limit_key = going.limit_key OR (limit_key IS NULL AND going.limit_key IS NULL)) AND (tenant = going.tenant OR (tenant IS NULL AND going.tenant IS NULL)) ORDER BY rank) AS j WHERE going.n > 0), " +
        "turns AS (SELECT id, rank, k, n, coalesce(tenant, N'') COLLATE Latin1_General_BIN2 AS tenant, row_number() OVER (PARTITION BY tenant ORDER BY rank) AS turn FROM heads), " +
        $"places AS (SELECT turns.*, row_number() OVER (PARTITION BY k ORDER BY {order}) AS place FROM turns), " +
        $"next AS (SELECT TOP (@p4) id FROM places WHERE k IS NULL OR place <= n ORDER BY {order}) " +
        $"UPDATE {tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {JobDialect.UniqueAtStart} OUTPUT " +
        ClaimedJob.Output("inserted.", "DATALENGTH") + " WHERE id IN (SELECT id FROM next)";
}
