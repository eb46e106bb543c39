using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <inheritdoc/>
internal sealed class SqliteJobLimits(JobDialect jobs, StoreDialect dialect, JobTables tables, string now) : JobLimits(jobs, dialect, tables, now)
{
    private const string Enough = "(SELECT yes FROM enough)";

    protected override string Lock { get; } = $"INSERT INTO {tables.Limit} (name, limit_key, free_at) VALUES (@p0, '', 0) ON CONFLICT (name, limit_key) DO UPDATE SET free_at = free_at RETURNING free_at";

    protected override string ClaimByRank { get; } = Claim(tables, now, "rank", $"OR (SELECT count(*) FROM first AS f WHERE {IsOpen(tables, now, "f.k")} AND (f.k IS NULL OR f.place <= {Free(tables, now, "f.k")})) >= @p4");

    protected override string ClaimByTurns { get; } = Claim(tables, now, "turn, tenant <= @p8, tenant", "");

    protected override string SpendOfKey { get; } =
        $"INSERT INTO {tables.Limit} (name, limit_key, free_at) VALUES (@p0, @p1, {now} * 1000 + @p2) ON CONFLICT (name, limit_key) DO UPDATE SET free_at = max(free_at, {now} * 1000) + @p2";

    protected override string Open { get; } =
        $"INSERT INTO {tables.Limit} (name, limit_key, free_at, rests_until) VALUES (@p0, '', 0, {now} + @p1) ON CONFLICT (name, limit_key) DO UPDATE SET rests_until = max(coalesce(rests_until, 0), {now} + @p1), probe_until = NULL";

    public override string Forget { get; } = $"DELETE FROM {tables.Limit} WHERE (name, limit_key) IN (SELECT name, limit_key FROM {tables.Limit} WHERE limit_key <> '' AND free_at < @p0 LIMIT 1000)";

    // What of a key may begin now.
    private static string Free(JobTables tables, string now, string key) =>
        $"min(@p5 - coalesce((SELECT n FROM used WHERE used.k = {key}), 0), CASE WHEN @p6 = 0 THEN @p4 ELSE coalesce((SELECT ({now} * 1000 + @p6 * @p7 - free_at) / @p6 FROM {tables.Limit} WHERE name = @p3 AND limit_key = {key} AND free_at > {now} * 1000), @p7) END)";

    private static string IsOpen(JobTables tables, string now, string key) => $"({key} IS NULL OR {Free(tables, now, key)} > 0)";

    // The first by rank are looked at: if that is all there is, or as many of them as are wanted may begin, no other is. Else from one key to the next along the indexes, passing those by that have what they may, within a key from one
    // tenant to the next, and of each only the first. A key is what jobs say, or else their tenant, so that there are two indexes to go along; last come those that have neither.
    private static string Claim(JobTables tables, string now, string order, string orEnough)
    {
        var waiting = $"{tables.Job} WHERE queue = @p2 AND type = @p3 AND state = 1";
        var isGoing = $"NOT IN (SELECT name FROM {tables.Pause} WHERE kind = {JobDialect.TenantPaused})";
        string Heads(string from, string key, string tenant, string which, string sort) =>
            $"SELECT j.id, j.rank, {key}, {tenant} FROM {from} CROSS JOIN {tables.Job} AS j ON j.id IN (SELECT id FROM {waiting} AND {which} ORDER BY {sort} LIMIT (SELECT most FROM depth))";
        return
            $"WITH RECURSIVE used(k, n) AS MATERIALIZED (SELECT coalesce(limit_key, tenant), count(*) FROM {tables.Job} WHERE owner_id IS NOT NULL AND type = @p3 GROUP BY 1), " +
            $"first(id, rank, k, tenant, place) AS MATERIALIZED (SELECT id, rank, k, tenant, row_number() OVER (PARTITION BY k ORDER BY rank) FROM (SELECT id, rank, coalesce(limit_key, tenant) AS k, tenant FROM {waiting} ORDER BY rank LIMIT 2 * @p4 + {FirstLooked})), " +
            $"enough(yes) AS MATERIALIZED (SELECT (SELECT count(*) FROM first) < 2 * @p4 + {FirstLooked} {orEnough}), " +
            $"keys(k) AS (SELECT CASE WHEN {Enough} THEN NULL ELSE (SELECT min(limit_key) FROM {waiting} AND limit_key IS NOT NULL) END UNION ALL SELECT (SELECT min(limit_key) FROM {waiting} AND limit_key > keys.k) FROM keys WHERE k IS NOT NULL), " +
            $"owners(k) AS (SELECT CASE WHEN {Enough} THEN NULL ELSE (SELECT min(tenant) FROM {waiting} AND tenant IS NOT NULL) END UNION ALL SELECT (SELECT min(tenant) FROM {waiting} AND tenant > owners.k) FROM owners WHERE k IS NOT NULL), " +
            $"open(k, n) AS MATERIALIZED (SELECT k, n FROM (SELECT k, {Free(tables, now, "a.k")} AS n FROM (SELECT k FROM keys UNION SELECT k FROM owners) AS a WHERE k IS NOT NULL) WHERE n > 0), " +
            "depth(most) AS MATERIALIZED (SELECT min(@p4, max(n)) FROM open), " +
            $"pairs(k, t) AS (SELECT k, (SELECT min(tenant) FROM {waiting} AND limit_key = open.k AND tenant IS NOT NULL) FROM open UNION ALL " +
            $"SELECT k, (SELECT min(tenant) FROM {waiting} AND limit_key = pairs.k AND tenant > pairs.t) FROM pairs WHERE t IS NOT NULL), " +
            $"heads(id, rank, k, tenant) AS ({Heads("pairs", "pairs.k", "pairs.t", "limit_key = pairs.k AND tenant = pairs.t", "rank")} WHERE pairs.t {isGoing} UNION ALL " +
            $"{Heads("pairs", "pairs.k", "NULL", "limit_key = pairs.k AND tenant IS NULL", "rank")} WHERE pairs.t IS NULL UNION ALL " +
            $"{Heads("open", "open.k", "open.k", "tenant = open.k AND limit_key IS NULL", "rank")} WHERE open.k {isGoing} UNION ALL " +
            $"SELECT * FROM (SELECT id, rank, NULL, NULL FROM {waiting} AND limit_key IS NULL AND tenant IS NULL ORDER BY rank LIMIT CASE WHEN {Enough} THEN 0 ELSE @p4 END) UNION ALL " +
            $"SELECT id, rank, k, tenant FROM first WHERE {Enough} AND (tenant IS NULL OR tenant {isGoing}) AND {IsOpen(tables, now, "first.k")}), " +
            "turns AS (SELECT id, rank, k, coalesce(tenant, '') AS tenant, row_number() OVER (PARTITION BY tenant ORDER BY rank) AS turn FROM heads), " +
            $"places AS (SELECT turns.*, row_number() OVER (PARTITION BY k ORDER BY {order}) AS place FROM turns) " +
            $"UPDATE {tables.Job} SET state = 2, owner_id = @p0, node = @p1, claims = claims + 1, started_at = {now}, progress = NULL, note = NULL, {JobDialect.UniqueAtStart} " +
            $"WHERE id IN (SELECT id FROM places WHERE k IS NULL OR place <= {Free(tables, now, "places.k")} ORDER BY {order} LIMIT @p4 + 0) RETURNING {ClaimedJob.Output("", "length")}";
    }
}
