using System.Data.Common;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Benchmarks.Measures;

/// <summary>
/// Fills a store with copies of real rows: finished jobs with the dead among them, and behind them those that wait; of 20 types in four queues and one that is rare, a tenth with one of 50 tenants, a tenth in one batch.
/// </summary>
internal sealed class StoreFill(int finished, int waiting, int dead)
{
    private const int Causes = 200;
    private const string BatchId = "01970000-0000-7000-8000-0000000000B1";

    public const string Queue = "reports";
    public const string Type = "Shop.Work6";
    public const string RareType = "Shop.Rare";
    public const string Tenant = "t7";
    public static readonly Guid Batch = new(BatchId);

    public Guid MiddleOfFinished { get; } = new($"0198{finished / 2:X8}7000800000000000{0:X4}");

    public Guid MiddleOfWaiting { get; } = new($"0199{waiting / 2:X8}70008000{waiting / 2:X12}");

    public static Guid Cause(int number) => new($"2001{number:X8}7000800000000000{0:X4}");

    public async Task RunAsync(IHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BenchDb>();
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        var template = await db.Set<JobRow>().AsNoTracking().OrderBy(row => row.Id).FirstAsync(row => row.State == 3);
        db.Add(new JobBatchRow { Id = Batch, Name = "all", CreatedAt = 1, Total = finished / 10, Succeeded = finished / 10, ClosedAt = 2, DoneAt = 3, SucceededAt = 3 });
        await db.SaveChangesAsync();
        var indexes = await IndexesAsync(db);
        foreach (var (drop, _) in indexes)
            await db.Database.ExecuteSqlRawAsync(drop);
        await AddJobsAsync(db, template);
        foreach (var (_, create) in indexes)
            await db.Database.ExecuteSqlRawAsync(create);
        await AddLettersAsync(db, template);
        if (!IsSqlite(db))
            await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE");
    }

    private async Task AddJobsAsync(BenchDb db, JobRow template)
    {
        var batch = IsSqlite(db) ? $"'{BatchId}'" : $"'{BatchId}'::uuid";
        Dictionary<string, string> mixed = new(StringComparer.Ordinal)
        {
            ["queue"] = $"CASE n % 4 WHEN 0 THEN 'default' WHEN 1 THEN 'mail' WHEN 2 THEN '{Queue}' ELSE 'webhooks' END",
            ["type"] = $"CASE WHEN n <= 50 THEN '{RareType}' WHEN n % 20 = 0 THEN type ELSE 'Shop.Work' || (n % 20) END",
            ["tenant"] = "CASE WHEN n % 10 = 1 THEN 't' || (n / 10 % 50) END",
        };
        await CopyAsync<JobRow>(db, template.Id, "0198", 1, finished, new(mixed) { ["batch_id"] = $"CASE WHEN n % 10 = 5 THEN {batch} END", ["ended_at"] = $"ended_at - ({finished} - n) * 50" });
        await CopyAsync<JobRow>(db, template.Id, "0198", Math.Max(1, finished / Math.Max(1, dead)), dead, new(mixed) { ["state"] = "5", ["result"] = "NULL", ["error"] = "'it is broken'", ["ended_at"] = "ended_at - n * 50" });
        await CopyAsync<JobRow>(db, template.Id, "0199", 1, waiting, new(mixed)
        {
            ["state"] = "1",
            ["ended_at"] = "NULL",
            ["result"] = "NULL",
            ["rank"] = "rank + n",
            ["claims"] = "0",
            ["node"] = "NULL",
            ["started_at"] = "NULL",
        });
    }

    private async Task AddLettersAsync(BenchDb db, JobRow template)
    {
        for (var number = 0; number < Causes; number++)
        {
            var group = new DeadLetterGroupRow { Id = Cause(number), Title = $"Cause {number}", Frames = $"at A.B() {number}", FirstSeen = 1, LastSeen = 1 + number };
            var letter = new DeadLetterRow
            {
                Id = Guid.CreateVersion7(),
                SourceKey = $"template {number}",
                Queue = "default",
                MessageType = "Work",
                Headers = $"{{\"Content-Type\":\"{new string('h', 400)}\"}}",
                Properties = "{}",
                Body = new byte[1_000],
                Reason = "failed",
                ExceptionType = "System.InvalidOperationException",
                ExceptionMessage = "it is broken",
                Stack = new string('s', 1_500),
                StoredAt = template.EndedAt!.Value,
                GroupId = group.Id,
            };
            db.AddRange(group, letter);
            await db.SaveChangesAsync();
            await CopyAsync<DeadLetterRow>(db, letter.Id, "2000", Causes, dead / Causes, new(StringComparer.Ordinal)
            {
                ["source_key"] = $"'{number} ' || n",
                ["queue"] = $"CASE n % 4 WHEN 0 THEN 'default' WHEN 1 THEN 'mail' WHEN 2 THEN '{Queue}' ELSE 'webhooks' END",
                ["message_type"] = "'Shop.Work' || (n % 20)",
                ["stored_at"] = "stored_at - 1000000 + n",
            }, number);
        }
    }

    /// <summary>Adds copies of a row with ids of their own, as far apart as is said.</summary>
    private static async Task CopyAsync<TRow>(BenchDb db, Guid id, string prefix, int step, int count, Dictionary<string, string> changed, int offset = 0)
        where TRow : class
    {
        if (count == 0)
            return;
        var entity = db.Model.FindEntityType(typeof(TRow))!;
        var place = $"(n * {step} + {offset})";
        changed["id"] = IsSqlite(db)
            ? $"printf('{prefix}%04X-%04X-7000-8%03X-%012X', {place} >> 16, {place} & 65535, {(step == 1 ? 0 : 1)}, n)"
            : $"('{prefix}' || lpad(to_hex({place}), 8, '0') || '70008{(step == 1 ? "000" : "001")}' || lpad(to_hex(n), 12, '0'))::uuid";
        var columns = entity.GetProperties().Where(property => property.GetComputedColumnSql() is null).Select(property => property.GetColumnName()).ToList();
        var values = columns.Select(column => changed.GetValueOrDefault(column, column));
        var numbers = IsSqlite(db)
            ? $"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
            : $"generate_series(1, {count})";
        var text = $"INSERT INTO {entity.GetTableName()} ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM {entity.GetTableName()}, {numbers} AS s{(IsSqlite(db) ? "" : "(n)")} WHERE id = {{0}}";
        await db.Database.ExecuteSqlRawAsync(text, id);
    }

    // To make an index of all rows at once takes a tenth of the time of adding them one by one.
    private static async Task<List<(string Drop, string Create)>> IndexesAsync(BenchDb db)
    {
        await db.Database.OpenConnectionAsync();
        await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = IsSqlite(db)
            ? "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'bus_job' AND sql IS NOT NULL"
            : "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'bus_job' AND indexname NOT LIKE 'PK%'";
        await using var reader = await command.ExecuteReaderAsync();
        List<(string, string)> all = [];
        while (await reader.ReadAsync())
            all.Add(($"DROP INDEX \"{reader.GetString(0)}\"", reader.GetString(1)));
        return all;
    }

    private static bool IsSqlite(BenchDb db) => db.Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal);
}
