using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>Counts jobs, and what became of them. Thread-safe.</summary>
internal sealed class JobQueues<TDbContext>(OutboxEngine<TDbContext> engine, JobRows<TDbContext> rows, JobCatalog catalog, JobsOptions options)
    where TDbContext : DbContext
{
    /// <summary>More than so many of one kind are not counted: a million entries of an index take a good part of a second.</summary>
    public const long Most = 100_000;

    private const int MostSteps = 10_000;

    private static readonly int[] Spans = [1, 60, 1_440];

    /// <summary>Those that are ready, by queue.</summary>
    public async Task<IReadOnlyDictionary<string, ReadyJobs>> ReadyAsync(CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync(cancellationToken);
        var groups = await session.QueryAsync(engine.Dialect.Jobs.Stats.Ready, row => (Queue: row.GetString(0), Count: row.GetInt64(1), First: row.IsDBNull(2) ? (long?)null : row.GetInt64(2)), cancellationToken, Most + 1);
        var now = engine.Timers.Now;
        return groups.GroupBy(group => group.Queue, StringComparer.Ordinal).ToDictionary(
            queue => queue.Key,
            queue => new ReadyJobs(
                queue.Sum(group => Math.Min(group.Count, Most)), queue.Any(group => group.Count > Most), queue.Max(group => group.First) is null ? null : TimeSpan.FromMilliseconds(Math.Max(0, now - queue.Min(group => group.First)!.Value))),
            StringComparer.Ordinal);
    }

    /// <inheritdoc cref="IJobOperations.QueuesAsync"/>
    public async Task<IReadOnlyList<JobQueueSummary>> QueuesAsync(IReadOnlyList<JobPause> pauses, CancellationToken cancellationToken)
    {
        var ready = await ReadyAsync(cancellationToken);
        List<(string Queue, long Count, int State)> others;
        await using (var session = await engine.OpenAsync(cancellationToken))
        {
            others = await session.QueryAsync(engine.Dialect.Jobs.Stats.NotReady, row => (row.GetString(0), row.GetInt64(1), row.GetInt32(2)), cancellationToken, Most + 1);
            others.RemoveAll(other => other.Count == 0);
            others.AddRange(await session.QueryAsync(engine.Dialect.Jobs.Stats.Running, row => (row.GetString(0), row.GetInt64(1), JobStates.Running), cancellationToken));
        }

        var counts = others.ToLookup(other => other.Queue, StringComparer.Ordinal);
        var hour = await LastHourAsync(cancellationToken);
        var names = ready.Keys.Concat(others.Select(other => other.Queue)).Concat(hour.Keys).Concat(catalog.Types.Select(type => type.Queue)).Concat(pauses.Where(pause => pause.What == JobGroup.Queue).Select(pause => pause.Name));
        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Summarize(name, ready.GetValueOrDefault(name), [.. counts[name]], hour.GetValueOrDefault(name), pauses))];
    }

    /// <inheritdoc cref="IJobOperations.HistoryAsync"/>
    public async Task<IReadOnlyList<JobHistoryStep>> HistoryAsync(JobHistoryQuery query, CancellationToken cancellationToken)
    {
        var (first, end, step) = Steps(query);
        var stats = await rows.InScopeAsync(db =>
        {
            var all = db.Set<JobStatRow>().AsNoTracking().Where(row => Spans.Contains(row.Span) && row.Minute >= first && row.Minute < end);
            if (query.Queue is { } queue)
                all = all.Where(row => row.Queue == queue);
            if (query.Type is { } type)
                all = all.Where(row => row.Type == type);
            return SumAsync(all.GroupBy(row => row.Minute), cancellationToken);
        });
        var byStep = stats.ToLookup(stat => (stat.Key - first) / step, stat => stat.Count);
        return [.. Enumerable.Range(0, (end - first + step - 1) / step).Select(number => new JobHistoryStep(DateTimeOffset.FromUnixTimeSeconds((first + ((long)number * step)) * 60), Tally(byStep[number])))];
    }

    /// <inheritdoc cref="IJobOperations.UpkeepAsync"/>
    public async Task<JobUpkeepStatus> UpkeepAsync(CancellationToken cancellationToken)
    {
        var now = engine.Timers.Now;
        var expired = await rows.InScopeAsync(db => JobRows<TDbContext>.Expired(db, now).OrderBy(row => row.RemoveAt).Select(row => row.RemoveAt).FirstOrDefaultAsync(cancellationToken));
        var lag = now - (expired ?? now);
        if (options.KeepEnded <= TimeSpan.Zero)
            return new JobUpkeepStatus(TimeSpan.FromMilliseconds(lag));
        var old = now - (long)options.KeepEnded.TotalMilliseconds;
        var oldest = old;
        foreach (var state in new[] { JobStates.Succeeded, JobStates.Cancelled })
        {
            var first = await rows.InScopeAsync(db => JobRows<TDbContext>.Removable(db, old, now).Where(row => row.State == state).OrderBy(row => row.EndedAt).Select(row => row.EndedAt).FirstOrDefaultAsync(cancellationToken));
            oldest = Math.Min(oldest, first ?? old);
        }

        return new JobUpkeepStatus(TimeSpan.FromMilliseconds(Math.Max(lag, old - oldest)));
    }

    private async Task<Dictionary<string, JobCount>> LastHourAsync(CancellationToken cancellationToken)
    {
        var since = (int)(engine.Timers.Now / 60_000) - 59;
        var sums = await rows.InScopeAsync(db => SumAsync(db.Set<JobStatRow>().AsNoTracking().Where(row => row.Span == 1 && row.Minute >= since).GroupBy(row => row.Queue), cancellationToken));
        return sums.ToDictionary(sum => sum.Key, sum => sum.Count, StringComparer.Ordinal);
    }

    private static async Task<List<(T Key, JobCount Count)>> SumAsync<T>(IQueryable<IGrouping<T, JobStatRow>> groups, CancellationToken cancellationToken)
    {
        var sums = await groups.Select(group => new
        {
            group.Key,
            Runs = group.Sum(row => row.Runs),
            Succeeded = group.Sum(row => row.Succeeded),
            Failed = group.Sum(row => row.Failed),
            Dead = group.Sum(row => row.Dead),
            Cancelled = group.Sum(row => row.Cancelled),
            Crashed = group.Sum(row => row.Crashed),
            RunMs = group.Sum(row => row.RunMs),
            WaitMs = group.Sum(row => row.WaitMs),
            MaxRunMs = group.Max(row => row.MaxRunMs),
        }).ToListAsync(cancellationToken);
        return [.. sums.Select(sum => (sum.Key, new JobCount
        {
            Runs = sum.Runs,
            Succeeded = sum.Succeeded,
            Failed = sum.Failed,
            Dead = sum.Dead,
            Cancelled = sum.Cancelled,
            Crashed = sum.Crashed,
            RunMs = sum.RunMs,
            WaitMs = sum.WaitMs,
            MaxRunMs = sum.MaxRunMs,
        }))];
    }

    private static JobQueueSummary Summarize(string name, ReadyJobs? ready, IReadOnlyList<(string Queue, long Count, int State)> others, JobCount? hour, IReadOnlyList<JobPause> pauses)
    {
        long Of(int state) => others.Where(other => other.State == state).Sum(other => state == JobStates.Running ? other.Count : Math.Min(other.Count, Most));
        return new JobQueueSummary
        {
            Name = name,
            Waiting = ready?.Count ?? 0,
            Scheduled = Of(JobStates.Scheduled),
            Retrying = Of(JobStates.Retrying),
            Held = Of(JobStates.Held),
            Running = Of(JobStates.Running),
            Dead = Of(JobStates.Dead),
            CountIsCapped = ready?.IsCapped == true || others.Any(other => other.State != JobStates.Running && other.Count > Most),
            OldestWaiting = ready?.Oldest,
            IsPaused = pauses.Any(pause => pause.What == JobGroup.All || pause == new JobPause(JobGroup.Queue, name)),
            LastHour = Tally(hour is null ? [] : [hour]),
        };
    }

    private static JobTally Tally(IEnumerable<JobCount> counts)
    {
        var all = counts.ToList();
        var runs = all.Sum(count => count.Runs);
        return new JobTally
        {
            Succeeded = all.Sum(count => count.Succeeded),
            Failed = all.Sum(count => count.Failed),
            Dead = all.Sum(count => count.Dead),
            Cancelled = all.Sum(count => count.Cancelled),
            Crashed = all.Sum(count => count.Crashed),
            MeanRun = runs == 0 ? null : TimeSpan.FromMilliseconds(all.Sum(count => count.RunMs) / (double)runs),
            MeanWait = runs == 0 ? null : TimeSpan.FromMilliseconds(all.Sum(count => count.WaitMs) / (double)runs),
            LongestRun = runs == 0 ? null : TimeSpan.FromMilliseconds(all.Max(count => count.MaxRunMs)),
        };
    }

    /// <returns>The first minute, that after the last, and the minutes of a step.</returns>
    private (int First, int End, int Step) Steps(JobHistoryQuery query)
    {
        if (query.Step < TimeSpan.FromMinutes(1) || query.Step.Ticks % TimeSpan.TicksPerMinute != 0 || query.Step > TimeSpan.FromDays(3_650))
            throw new JobException($"`Step` must be whole minutes, 1 or more, but is {query.Step}.");
        if (query.Queue?.Contains('\0', StringComparison.Ordinal) == true || query.Type?.Contains('\0', StringComparison.Ordinal) == true)
            throw new JobException("No queue and no type has a null character in its name.");
        var to = query.To?.ToUnixTimeMilliseconds() ?? engine.Timers.Now;
        var from = query.From?.ToUnixTimeMilliseconds() ?? to - 3_600_000;
        var step = (long)query.Step.TotalMinutes;
        if (from >= to || from < 0)
            throw new JobException($"`From` must be before `To`, and after 1970, but {DateTimeOffset.FromUnixTimeMilliseconds(from):O} and {DateTimeOffset.FromUnixTimeMilliseconds(to):O} were asked for.");
        var first = from / 60_000 / step * step;
        var end = (to + 59_999) / 60_000;
        if ((end - first) / step >= MostSteps)
            throw new JobException($"That are more than {MostSteps} steps: ask for a shorter time, or a longer `Step`.");
        return ((int)first, (int)end, (int)step);
    }
}

/// <summary>What of a queue is ready.</summary>
/// <param name="Count">How many jobs.</param>
/// <param name="IsCapped">Whether there are more.</param>
/// <param name="Oldest">How long the first has waited.</param>
internal sealed record ReadyJobs(long Count, bool IsCapped, TimeSpan? Oldest);
