using Bus.Jobs.Store;
using Bus.Persistence;
using Bus.Persistence.Databases;
using Bus.Persistence.Jobs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>Whether a list goes along an index is seen by the plan, and not by a clock. SQLite plans the same way each time: with what it knows of an empty table, and with what it learns of a full one.</summary>
public sealed class When_jobs_are_listed
{
    public static TheoryData<int?, bool> States
    {
        get
        {
            TheoryData<int?, bool> all = [];
            foreach (var state in new int?[] { null, 0, 1, 2, 3, 4, 5, 6, 7 })
                all.AddRange((state, false), (state, true));
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task Should_go_along_an_index_and_sort_no_more_than_pages(int? state, bool analyzed)
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var db = new Db(new DbContextOptionsBuilder<Db>().UseSqlite(connection).Options);
        await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        if (analyzed)
            await FillAsync(db);

        for (var filters = state is null ? 1 : 0; filters < 32; filters++)
        {
            string? Named(int bit, string name) => (filters & bit) != 0 ? name : null;
            var page = new JobPage(state, Named(1, "queue"), Named(2, "type"), Named(4, "tenant"), (filters & 8) != 0 ? Guid.NewGuid() : null, null, null, (filters & 16) != 0 ? Guid.NewGuid() : null, 5, 100);
            if (page is not { State: null, Queue: null, Type: null, Tenant: null, Batch: null })
                RequireIndex(page, await PlanAsync(db, page), analyzed);
        }
    }

    private static void RequireIndex(JobPage page, List<Step> plan, bool analyzed)
    {
        var looks = plan.Where(step => step.Text.Contains("bus_job", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(looks);
        // All rows are gone through only for the first of them.
        Assert.All(looks, step => Assert.True(step.Text.StartsWith("SEARCH", StringComparison.Ordinal) || OfOne(plan, step), $"{page}: {step.Text}"));
        // The index of all jobs has those of other states, too: it is for lists of all states alone. A database that has counted the few rows here may take it all the same.
        if (!analyzed && (page.State is not null || page.Tenant is not null || page.Batch is not null))
            Assert.DoesNotContain(looks, step => step.Text.Contains("IX_bus_job_queue_type_id ", StringComparison.Ordinal));
        // What is found of a queue and type comes in its order.
        var sorted = plan.Where(step => step.Text == "USE TEMP B-TREE FOR ORDER BY").Select(step => step.Parent);
        Assert.False(plan.Exists(step => step.Text.StartsWith("CORRELATED LIST SUBQUERY", StringComparison.Ordinal) && sorted.Contains(step.Id)), $"{page} sorts all of a queue and type.");
    }

    private static bool OfOne(List<Step> plan, Step step) => plan.Any(parent => parent.Id == step.Parent && parent.Text.StartsWith("SCALAR SUBQUERY", StringComparison.Ordinal));

    private static async Task<List<Step>> PlanAsync(Db db, JobPage page)
    {
        await using var command = JobLists.Of(db, StoreDialect.For(db).Jobs.Pages, page).CreateDbCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText[command.CommandText.IndexOf("SELECT", StringComparison.Ordinal)..];
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<Step> plan = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            plan.Add(new Step(reader.GetInt32(0), reader.GetInt32(1), reader.GetString(3)));
        return plan;
    }

    private static async Task FillAsync(Db db)
    {
        for (var number = 0; number < 400; number++)
        {
            var state = number % 5 == 0 ? JobStates.Queued : number % 9 == 0 ? JobStates.Dead : number == 7 ? JobStates.Running : JobStates.Succeeded;
            db.Add(new JobRow
            {
                Id = Guid.CreateVersion7(),
                Type = $"type {number % 7}",
                Queue = $"queue {number % 3}",
                State = state,
                Rank = number,
                OwnerId = state == JobStates.Running ? Guid.CreateVersion7() : null,
                EndedAt = state is JobStates.Dead or JobStates.Succeeded ? number : null,
                Tenant = number % 4 == 0 ? $"tenant {number % 20}" : null,
                BatchId = number % 3 == 0 ? Guid.Empty : null,
            });
        }

        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await db.Database.ExecuteSqlRawAsync("ANALYZE", TestContext.Current.CancellationToken);
    }

    private sealed record Step(int Id, int Parent, string Text);

    private sealed class Db(DbContextOptions<Db> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }
}
