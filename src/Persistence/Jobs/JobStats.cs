namespace Bus.Persistence.Jobs;

/// <summary>The statements that count jobs, of PostgreSQL and SQLite: what became of those that ran, and how many there are of those that have not.</summary>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time.</param>
internal class JobStats(JobTables tables, string now)
{
    /// <summary>What one row is about.</summary>
    protected const string Key = "span, minute, queue, type, node";

    /// <summary>The columns, in the order of <see cref="Count"/>.</summary>
    protected const string Columns = $"{Key}, runs, succeeded, failed, dead, cancelled, crashed, run_ms, wait_ms, max_run_ms";

    /// <summary>What waits for something else than a process.</summary>
    protected const string Parked = "state IN (0, 4, 5, 7)";

    /// <summary>How a row is added to another.</summary>
    protected const string Add =
        "runs = s.runs + excluded.runs, succeeded = s.succeeded + excluded.succeeded, failed = s.failed + excluded.failed, dead = s.dead + excluded.dead, cancelled = s.cancelled + excluded.cancelled, " +
        "crashed = s.crashed + excluded.crashed, run_ms = s.run_ms + excluded.run_ms, wait_ms = s.wait_ms + excluded.wait_ms, " +
        "max_run_ms = CASE WHEN excluded.max_run_ms > s.max_run_ms THEN excluded.max_run_ms ELSE s.max_run_ms END";

    /// <summary>The sums of many rows.</summary>
    protected const string Sums = "sum(runs) AS runs, sum(succeeded) AS succeeded, sum(failed) AS failed, sum(dead) AS dead, sum(cancelled) AS cancelled, sum(crashed) AS crashed, sum(run_ms) AS run_ms, sum(wait_ms) AS wait_ms, max(max_run_ms) AS max_run_ms";

    protected JobTables Tables => tables;

    /// <summary>The minute that it is.</summary>
    protected string Minute => $"{now} / 60000";

    /// <summary>The head of an insert; its rows, in <see cref="Columns"/>, and <see cref="OrAdd"/> follow.</summary>
    public string Insert => $"INSERT INTO {tables.Stat} AS s ({Columns}) ";

    /// <summary>The end of an insert.</summary>
    public static string OrAdd => $" ON CONFLICT ({Key}) DO UPDATE SET {Add}";

    /// <summary>queue, type, node, runs, succeeded, failed, dead, cancelled, crashed, run, wait, longest run → adds them to those of this minute.</summary>
    public virtual string Count => $"{Insert}VALUES (1, {Minute}, @p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11){OrAdd}";

    /// <summary>span → when its oldest row began.</summary>
    public string Oldest => $"SELECT min(minute) FROM {tables.Stat} WHERE span = @p0";

    /// <summary>→ a row when minutes have become old enough to be hours, or hours to be days: an hour that ended two hours ago, a day that ended three days ago.</summary>
    public string Foldable => $"SELECT 1 FROM {tables.Stat} WHERE (span = 1 AND minute - minute % 60 + 60 <= {Minute} - 120) OR (span = 60 AND minute - minute % 1440 + 1440 <= {Minute} - 4320)";

    /// <summary>span, longer span, first minute, minute after the last → adds rows together into one of the longer span for each queue and type.</summary>
    public virtual string Fold => $"{Insert}SELECT @p1, @p2, queue, type, '', {Sums} FROM {tables.Stat} WHERE span = @p0 AND minute >= @p2 AND minute < @p3 GROUP BY queue, type{OrAdd}";

    /// <summary>span, first minute, minute after the last → removes what has been folded.</summary>
    public string Folded => $"DELETE FROM {tables.Stat} WHERE span = @p0 AND minute >= @p1 AND minute < @p2";

    /// <summary>most → per queue and type with ready jobs: queue, how many but not more than that, when the first of them was queued.</summary>
    // From one group to the next along the index, and not through all that is in one.
    public virtual string Ready =>
        $"WITH RECURSIVE {JobPages.Groups(tables, "state = 1", "rank")} SELECT q, (SELECT count(*) FROM (SELECT 1 FROM {tables.Job} WHERE state = 1 AND queue = groups.q AND type = groups.t ORDER BY rank LIMIT @p0) AS c), " +
        $"(SELECT rank / 1000 + priority * 60000 FROM {tables.Job} WHERE state = 1 AND queue = groups.q AND type = groups.t ORDER BY rank LIMIT 1) FROM groups WHERE t IS NOT NULL";

    /// <summary>most → per queue and type, and state of those that wait for something else than a process: queue, how many but not more than that, the state. Where there are none it is 0.</summary>
    public virtual string NotReady =>
        $"WITH RECURSIVE {JobPages.Groups(tables, JobPages.NeitherReadyNorRunning, "state")}, states(s) AS (VALUES (0), (4), (5), (7)) " +
        $"SELECT q, (SELECT count(*) FROM (SELECT 1 FROM {tables.Job} WHERE {JobPages.NeitherReadyNorRunning} AND queue = groups.q AND type = groups.t AND state = states.s LIMIT @p0) AS c), s " +
        "FROM groups CROSS JOIN states WHERE t IS NOT NULL";

    /// <summary>→ per queue with running jobs: queue, how many.</summary>
    public virtual string Running => $"SELECT queue, count(*) FROM {JobPages.Owned(tables)} AS r GROUP BY queue";

    /// <summary>All statements, for a test to parse.</summary>
    public IReadOnlyList<string> Texts => [Count, Oldest, Fold, Folded, Ready, NotReady, Running];
}

/// <summary>Those of SQL Server, which goes through all entries of an index to count them.</summary>
internal sealed class SqlServerJobStats(JobTables tables, string now) : JobStats(tables, now)
{
    public override string Count => Merge($"SELECT 1 AS span, {Minute} AS minute, @p0 AS queue, @p1 AS type, @p2 AS node, @p3 AS runs, @p4 AS succeeded, @p5 AS failed, @p6 AS dead, @p7 AS cancelled, @p8 AS crashed, @p9 AS run_ms, @p10 AS wait_ms, @p11 AS max_run_ms");

    public override string Fold => Merge($"SELECT @p1 AS span, @p2 AS minute, queue, type, '' AS node, {Sums} FROM {Tables.Stat} WHERE span = @p0 AND minute >= @p2 AND minute < @p3 GROUP BY queue, type");

    public override string Ready =>
        $"SELECT queue, CASE WHEN count_big(*) > @p0 THEN @p0 ELSE count_big(*) END, min(rank / 1000 + priority * 60000) FROM {Tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE state = 1 GROUP BY queue, type";

    public override string NotReady =>
        $"SELECT queue, CASE WHEN count_big(*) > @p0 THEN @p0 ELSE count_big(*) END, state FROM {Tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE {Parked} GROUP BY queue, state";

    public override string Running =>
        $"SELECT queue, count_big(*) FROM {Tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE owner_id IS NOT NULL GROUP BY queue UNION ALL " +
        $"SELECT queue, count_big(*) FROM {Tables.Job} WITH (READCOMMITTEDLOCK, READPAST) WHERE state = 2 AND message_id IS NOT NULL GROUP BY queue";

    private string Merge(string rows) =>
        $"MERGE INTO {Tables.Stat} WITH (HOLDLOCK) AS s USING ({rows}) AS excluded ON s.span = excluded.span AND s.minute = excluded.minute AND s.queue = excluded.queue AND s.type = excluded.type AND s.node = excluded.node " +
        $"WHEN MATCHED THEN UPDATE SET {Add} WHEN NOT MATCHED THEN INSERT ({Columns}) VALUES ({string.Join(", ", Columns.Split(", ").Select(column => $"excluded.{column}"))});";
}
