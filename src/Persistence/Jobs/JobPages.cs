using System.Globalization;

namespace Bus.Persistence.Jobs;

/// <summary>
/// Finds the jobs of a page of a list, whatever is asked for, along indexes: from one queue and type to the next, and of each no more than the page takes. So a page costs what there are of queues and types, and not of jobs.
/// </summary>
/// <param name="tables">The tables' names.</param>
internal abstract class JobPages(JobTables tables)
{
    /// <summary>An index has just these: statements must say it in these words.</summary>
    public const string NeitherReadyNorRunning = "state IN (0, 3, 4, 5, 6, 7)";

    private const string AnyState = "VALUES (0), (1), (2), (3), (4), (5), (6), (7)";

    /// <summary>What is asked for → the rows of the page, in no order.</summary>
    /// <returns>The statement, with a place for each value.</returns>
    public (string Text, object[] Values) Of(JobPage page)
    {
        Values values = new();
        if (page.Message is { } message)
            return (AllOf(Few(tables, $"message_id = {values.Add(message)}"), page, values), values.All);
        if (page.State == JobStates.Running)
            return (AllOf(Owned(tables), page, values), values.All);
        var conditions = Conditions(page, values);
        var (list, from) = Groups(page, values);
        var each = Each(page.IsQueued ? "id, rank" : "id", $"{tables.Job} WHERE {string.Join(" AND ", conditions)} ORDER BY {page.OrderOf("")} LIMIT {values.Add(page.Take)}");
        var text = $"WITH RECURSIVE {list} SELECT j.* FROM {tables.Job} AS j WHERE j.id IN (SELECT c.id FROM {from} CROSS JOIN {each} ORDER BY {page.OrderOf("c.")} LIMIT {values.Add(page.Take)})";
        return (text, values.All);
    }

    /// <summary>The jobs that run, of which there are few: they have an owner, or are messages that are tracked.</summary>
    public static string Owned(JobTables tables) => $"(SELECT * FROM {Few(tables, "owner_id IS NOT NULL")} AS o UNION ALL SELECT * FROM {Few(tables, "state = 2 AND message_id IS NOT NULL")} AS m)";

    // Without its limit, which is none, a database that knows nothing of its rows goes through all jobs in the order that is asked for around it.
    private static string Few(JobTables tables, string condition) => $"(SELECT id, queue, type, tenant, batch_id, state, rank FROM {tables.Job} WHERE {condition} LIMIT 1000000000)";

    /// <summary>The queues and types of jobs, one after the other along an index, as <c>groups(q, t)</c>: the last of a queue is null.</summary>
    /// <param name="tables">The tables' names.</param>
    /// <param name="condition">Of which jobs, by the index's words; null for all.</param>
    /// <param name="next">The index's column after the type: since it is asked for, no other index has the order.</param>
    /// <param name="queue">The one queue; null for all.</param>
    /// <param name="type">The one type; null for all.</param>
    public static string Groups(JobTables tables, string? condition, string next, string? queue = null, string? type = null)
    {
        var (where, and) = condition is null ? ("", "") : ($"WHERE {condition} ", $"{condition} AND ");
        var queues = queue is not null
            ? $"SELECT {queue}"
            : $"SELECT (SELECT queue FROM {tables.Job} {where}ORDER BY queue, type, {next} LIMIT 1) UNION ALL " +
                $"SELECT (SELECT queue FROM {tables.Job} WHERE {and}queue > queues.q ORDER BY queue, type, {next} LIMIT 1) FROM queues WHERE q IS NOT NULL";
        var groups = type is not null
            ? $"SELECT q, {type} FROM queues WHERE q IS NOT NULL"
            : $"SELECT q, (SELECT type FROM {tables.Job} WHERE {and}queue = queues.q ORDER BY type, {next} LIMIT 1) FROM queues WHERE q IS NOT NULL UNION ALL " +
                $"SELECT q, (SELECT type FROM {tables.Job} WHERE {and}queue = groups.q AND type > groups.t ORDER BY type, {next} LIMIT 1) FROM groups WHERE t IS NOT NULL";
        return $"queues(q) AS ({queues}), groups(q, t) AS ({groups})";
    }

    private string AllOf(string few, JobPage page, Values values) =>
        $"SELECT j.* FROM {tables.Job} AS j WHERE j.id IN (SELECT id FROM {few} AS r WHERE {string.Join(" AND ", ["1 = 1", .. Named(page, values), .. After(page, values)])})";

    /// <summary>What joins each group with its first jobs, as <c>c</c>.</summary>
    /// <param name="columns">What of them is asked for: no more than their index has, or each is looked up in the table, a page of each group.</param>
    /// <param name="first">The end of the statement that finds them, from the table's name.</param>
    protected abstract string Each(string columns, string first);

    private (string List, string From) Groups(JobPage page, Values values)
    {
        var state = page.State is { } asked ? $"SELECT {values.Add(asked)}" : AnyState;
        // What is in a batch has few types, and is in an index of its own.
        if (page.Batch is not null)
            return ($"states(s) AS ({state})", "states");
        var (condition, next) = IndexOf(page, values);
        var groups = Groups(tables, condition, next, page.Queue is { } queue ? values.Add(queue) : null, page.Type is { } type ? values.Add(type) : null);
        var from = "(SELECT q, t FROM groups WHERE t IS NOT NULL) AS g";
        return page.IsQueued || (page.State is null && page.Tenant is null) ? (groups, from) : ($"{groups}, states(s) AS ({state})", $"{from} CROSS JOIN states");
    }

    // What has the groups of a page, and the column that follows them in its index.
    private static (string? Condition, string Next) IndexOf(JobPage page, Values values)
    {
        if (page.Tenant is { } tenant)
            return ($"tenant = {values.Add(tenant)}", "state");
        if (page.IsQueued)
            return ("state = 1", "rank");
        if (page.State is null)
            return (null, "id");
        return (NeitherReadyNorRunning, "state");
    }

    private static List<string> Conditions(JobPage page, Values values)
    {
        List<string> all = page.Batch is not null ? [.. Named(page, values), "state = states.s"] : ["queue = g.q", "type = g.t"];
        if (page is { Batch: null, Tenant: { } tenant })
            all.Add($"tenant = {values.Add(tenant)}");
        if (page.IsQueued)
            all.Add("state = 1");
        else if (page is { Batch: null, Tenant: not null })
            all.Add("state = states.s");
        else if (page is { Batch: null, State: not null })
            all.AddRange([NeitherReadyNorRunning, "state = states.s"]);
        return [.. all, .. After(page, values)];
    }

    // What is asked for by name.
    private static IEnumerable<string> Named(JobPage page, Values values)
    {
        if (page.State is { } state && (page.Message is not null || state == JobStates.Running))
            yield return $"state = {values.Add(state)}";
        if (page.Batch is { } batch)
            yield return $"batch_id = {values.Add(batch)}";
        if (page.Queue is { } queue)
            yield return $"queue = {values.Add(queue)}";
        if (page.Type is { } type)
            yield return $"type = {values.Add(type)}";
        if (page.Tenant is { } tenant)
            yield return $"tenant = {values.Add(tenant)}";
    }

    private static IEnumerable<string> After(JobPage page, Values values)
    {
        if (page.Before is not { } before)
            yield break;
        if (page.IsQueued)
            yield return $"rank >= {values.Add(page.Rank)} AND (rank > {values.Add(page.Rank)} OR id > {values.Add(before)})";
        else
            yield return $"id < {values.Add(before)}";
    }

    /// <summary>The values of a statement.</summary>
    private sealed class Values
    {
        private readonly List<object> _all = [];

        public object[] All => [.. _all];

        public string Add(object value)
        {
            _all.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"{{{_all.Count - 1}}}");
        }
    }
}

/// <summary>On PostgreSQL a join may look at what stands before it.</summary>
internal sealed class PostgresJobPages(JobTables tables) : JobPages(tables)
{
    protected override string Each(string columns, string first) => $"LATERAL (SELECT {columns} FROM {first}) AS c";
}

/// <summary>On SQLite only a condition may.</summary>
internal sealed class SqliteJobPages(JobTables tables) : JobPages(tables)
{
    private readonly string _table = tables.Job;

    protected override string Each(string columns, string first) => $"{_table} AS c ON c.id IN (SELECT id FROM {first})";
}
