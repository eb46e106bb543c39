using System.Diagnostics;
using Bus.Benchmarks.Consumers;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>What an operator waits for, and how fast jobs are taken, beside a store that is full: its rows are copies of real ones.</summary>
internal static class BigStore
{
    private const int Rounds = 20;
    private const int Groups = 200;

    /// <param name="peer">On which database.</param>
    /// <param name="finished">Jobs that have succeeded.</param>
    /// <param name="waiting">Jobs that are queued.</param>
    /// <param name="dead">Dead jobs, and as many dead letters.</param>
    /// <param name="runs">How many jobs are run to see how fast they are taken, in the empty store and in the full one.</param>
    public static async Task<object> MeasureAsync(string peer, int finished, int waiting, int dead, int runs)
    {
        using var host = await Peer.StartAsync(peer, bus =>
        {
            bus.UseDatabase<BenchDb>();
            bus.AddDeadLetters();
            bus.AddJobs(jobs => jobs.Handle<WorkHandler>());
        });
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var operations = host.Services.GetRequiredService<IJobOperations>();
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var work = host.Services.GetRequiredService<WorkLog>();
        await DrainAsync(jobs, operations, work, runs);
        var empty = await DrainAsync(jobs, operations, work, runs);
        await operations.PauseAsync(JobGroup.All);
        var filling = Stopwatch.StartNew();
        await FillAsync(host, finished, waiting, dead);
        var filled = filling.Elapsed;
        var page = await operations.ListAsync(new JobQuery { State = JobState.Succeeded, Take = 1_000 });
        var group = (await letters.GroupsAsync())[0].Id;
        Dictionary<string, double> p95 = new(StringComparer.Ordinal)
        {
            ["newest"] = await P95Async(() => operations.ListAsync(new JobQuery())),
            ["succeeded"] = await P95Async(() => operations.ListAsync(new JobQuery { State = JobState.Succeeded })),
            ["succeeded, a later page"] = await P95Async(() => operations.ListAsync(new JobQuery { State = JobState.Succeeded, Before = page[^1].Id })),
            ["dead"] = await P95Async(() => operations.ListAsync(new JobQuery { State = JobState.Dead })),
            ["waiting of a queue"] = await P95Async(() => operations.ListAsync(new JobQuery { State = JobState.Queued, Queue = "default" })),
            ["of a type"] = await P95Async(() => operations.ListAsync(new JobQuery { Type = page[0].Type })),
            ["of a type that nothing has"] = await P95Async(() => operations.ListAsync(new JobQuery { Type = "none" })),
            ["running, of which there are none"] = await P95Async(() => operations.ListAsync(new JobQuery { State = JobState.Running })),
            ["queues"] = await P95Async(() => operations.QueuesAsync()),
            ["history"] = await P95Async(() => operations.HistoryAsync(new JobHistoryQuery())),
            ["letters"] = await P95Async(() => letters.ListAsync(new DeadLetterQuery())),
            ["letters of a cause"] = await P95Async(() => letters.ListAsync(new DeadLetterQuery { Group = group })),
            ["letters, by what the exception says"] = await P95Async(() => letters.ListAsync(new DeadLetterQuery { Exception = "nowhere" })),
            ["letters, by body"] = await P95Async(() => letters.ListAsync(new DeadLetterQuery { Text = "nowhere" })),
            ["letters counted"] = await P95Async(() => letters.CountAsync(new DeadLetterQuery())),
            ["causes"] = await P95Async(() => letters.GroupsAsync()),
        };
        var full = await DrainAsync(jobs, operations, work, Math.Min(runs, waiting));
        return new { filled_s = Math.Round(filled.TotalSeconds), p95_ms = p95, empty_per_s = Math.Round(empty), full_per_s = Math.Round(full), ratio = Math.Round(full / empty, 2) };
    }

    /// <summary>How many are run a second, of those that wait already or are added now.</summary>
    private static async Task<double> DrainAsync(IJobClient jobs, IJobOperations operations, WorkLog work, int runs)
    {
        await operations.PauseAsync(JobGroup.All);
        foreach (var block in Job.CreateMany(runs).Chunk(1_000))
            await jobs.EnqueueManyAsync(block);
        var before = work.Done;
        await operations.ResumeAsync(JobGroup.All);
        await Until.TrueAsync(() => work.Done > before);
        var (began, first) = (Stopwatch.GetTimestamp(), work.Done);
        await Until.TrueAsync(() => work.Done >= before + runs);
        var rate = (work.Done - first) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await operations.PauseAsync(JobGroup.All);
        return rate;
    }

    private static async Task<double> P95Async(Func<Task> ask)
    {
        List<double> all = [];
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask();
            all.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        all.Sort();
        return Math.Round(all[Rounds * 95 / 100], 1);
    }

    private static async Task FillAsync(IHost host, int finished, int waiting, int dead)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BenchDb>();
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        var template = await db.Set<JobRow>().AsNoTracking().OrderBy(row => row.Id).FirstAsync(row => row.State == 3);
        await CopyAsync<JobRow>(db, template.Id, "0198", finished, []);
        await CopyAsync<JobRow>(db, template.Id, "0199", waiting, new() { ["state"] = "1", ["ended_at"] = "NULL", ["result"] = "NULL", ["rank"] = "rank + n", ["claims"] = "0", ["node"] = "NULL", ["started_at"] = "NULL" });
        await CopyAsync<JobRow>(db, template.Id, "019A", dead, new() { ["state"] = "5", ["result"] = "NULL", ["error"] = "'it is broken'" });
        List<Guid> groups = [];
        for (var number = 0; number < Groups; number++)
        {
            var group = new DeadLetterGroupRow { Id = Guid.CreateVersion7(), Title = $"Cause {number}", Frames = $"at A.B() {number}", FirstSeen = 1, LastSeen = 1 + number };
            var letter = new DeadLetterRow
            {
                Id = Guid.CreateVersion7(),
                SourceKey = $"template {number}",
                Queue = "default",
                MessageType = "Work",
                Headers = "{}",
                Properties = "{}",
                Body = template.Arguments,
                Reason = "failed",
                ExceptionType = "System.InvalidOperationException",
                ExceptionMessage = "it is broken",
                StoredAt = template.EndedAt!.Value,
                GroupId = group.Id,
            };
            db.AddRange(group, letter);
            await db.SaveChangesAsync();
            await CopyAsync<DeadLetterRow>(db, letter.Id, $"{0x2000 + number:X4}", dead / Groups, new() { ["source_key"] = $"'{number} ' || n" });
        }

        await db.Database.ExecuteSqlRawAsync("ANALYZE");
    }

    /// <summary>Adds copies of a row with ids of their own.</summary>
    private static async Task CopyAsync<TRow>(BenchDb db, Guid id, string prefix, int count, Dictionary<string, string> changed)
        where TRow : class
    {
        var entity = db.Model.FindEntityType(typeof(TRow))!;
        var isSqlite = db.Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal);
        changed["id"] = isSqlite
            ? $"printf('{prefix}%04X-%04X-7000-8000-%012X', n >> 16, n & 65535, n)"
            : $"('{prefix}' || lpad(to_hex(n), 8, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid";
        var columns = entity.GetProperties().Select(property => property.GetColumnName()).ToList();
        var values = columns.Select(column => changed.GetValueOrDefault(column, column));
        var numbers = isSqlite
            ? $"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
            : $"generate_series(1, {count})";
        var text = $"INSERT INTO {entity.GetTableName()} ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM {entity.GetTableName()}, {numbers} AS s{(isSqlite ? "" : "(n)")} WHERE id = {{0}}";
        if (count > 0)
            await db.Database.ExecuteSqlRawAsync(text, id);
    }
}
