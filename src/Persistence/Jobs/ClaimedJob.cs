using System.Data.Common;

namespace Bus.Persistence.Jobs;

/// <summary>A job that this process is to run. Its arguments are null when they are longer than <see cref="MostArguments"/>: they are read when it begins.</summary>
internal sealed record ClaimedJob(
    Guid Id, string Type, byte[]? Arguments, long Claim, int Attempts, int Crashes, long Rank, long StartedAt, long? StartBefore, long? Timeout, string Queue, string? OrderKey, int OrderPolicy, int Priority, bool CallsBack = false, Guid? BatchId = null, string? Tenant = null, string? LimitKey = null)
{
    /// <summary>The columns, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "id, type, arguments, claims, attempts, crashes, rank, started_at, start_before, timeout, queue, order_key, order_policy, priority, callback, batch_id, tenant, limit_key";

    /// <summary>The longest arguments, in bytes, that are taken along: jobs are taken ahead, and what waits is held in memory.</summary>
    public const int MostArguments = 64 * 1024;

    private static readonly IComparer<ClaimedJob> ByRank = Comparer<ClaimedJob>.Create((one, other) => one.Rank.CompareTo(other.Rank));

    public static ClaimedJob Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2), row.GetInt64(3), row.GetInt32(4), row.GetInt32(5), row.GetInt64(6), row.GetInt64(7),
        row.IsDBNull(8) ? null : row.GetInt64(8), row.IsDBNull(9) ? null : row.GetInt64(9), row.GetString(10), row.IsDBNull(11) ? null : row.GetString(11), row.GetInt32(12), row.GetInt32(13), !row.IsDBNull(14), row.IsDBNull(15) ? null : row.GetGuid(15), row.IsDBNull(16) ? null : row.GetString(16), row.IsDBNull(17) ? null : row.GetString(17));

    /// <summary>Puts what one claim got into the order in which it is to begin: by rank; where tenants take turns the first of each, then the second of each, as the statement has taken them.</summary>
    /// <param name="jobs">The jobs of several claims.</param>
    /// <param name="first">Where those of this claim, which are the last, begin.</param>
    /// <param name="after">Whose turn was last; null where tenants do not take turns.</param>
    public static void Sort(List<ClaimedJob> jobs, int first, string? after)
    {
        jobs.Sort(first, jobs.Count - first, ByRank);
        if (after is null)
            return;
        Dictionary<string, int> turns = new(StringComparer.Ordinal);
        var sorted = jobs.Skip(first).Select(job => (Job: job, Tenant: job.Tenant ?? "", Turn: turns[job.Tenant ?? ""] = turns.GetValueOrDefault(job.Tenant ?? "") + 1))
            .OrderBy(one => one.Turn).ThenBy(one => string.CompareOrdinal(one.Tenant, after) <= 0).ThenBy(one => one.Tenant, StringComparer.Ordinal).Select(one => one.Job).ToList();
        jobs.RemoveRange(first, sorted.Count);
        jobs.AddRange(sorted);
    }

    /// <summary>The columns, in that order, as a statement puts them out.</summary>
    /// <param name="of">What is before each of them.</param>
    /// <param name="length">The function that counts bytes.</param>
    public static string Output(string of, string length) => string.Join(
        ", ", Columns.Split(", ").Select(column => column == "arguments" ? $"CASE WHEN {length}({of}arguments) <= {MostArguments} THEN {of}arguments END" : of + column));

    /// <summary>What it counts under for limits per key; null for nothing.</summary>
    public string? CountsUnder => LimitKey ?? Tenant;

    /// <summary>When it was queued, in Unix milliseconds: its place without what its priority is worth.</summary>
    public long QueuedAt => (Rank + (Priority * JobDialect.MicrosecondsAPriority)) / 1000;

    /// <summary>How a run of it has ended.</summary>
    public EndedRun End(int state) => new(Id, Claim, state) { StartedAt = StartedAt, Line = OrderKey, CallsBack = CallsBack, IsCounted = BatchId is not null, Job = this };
}
