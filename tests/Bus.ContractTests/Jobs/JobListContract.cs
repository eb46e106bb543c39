using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What lists of jobs owe on every database.</summary>
public abstract class JobListContract : JobTests
{
    private static readonly Guid Batch = Guid.CreateVersion7();

    [Fact]
    public async Task Should_show_exactly_what_is_asked_for_page_by_page()
    {
        await using var service = await StartAsync();
        var all = await FillAsync(service);
        foreach (var query in Queries())
        {
            var fits = all.Where(row => Fits(row, query));
            var expected = query is { State: JobState.Queued, Batch: null } ? fits.OrderBy(row => row.Rank).ThenBy(row => row.Id) : fits.OrderByDescending(row => row.Id);
            Assert.Equal((query, string.Join(' ', expected.Select(row => row.Id))), (query, string.Join(' ', await PagesAsync(service, query))));
        }
    }

    [Fact]
    public async Task Should_show_what_waits_with_the_next_first()
    {
        await using var service = await StartAsync();
        await Operations(service).PauseAsync(JobGroup.All);
        List<Guid> jobs = [];
        foreach (var priority in new[] { 4, 0, 9, 4 })
            jobs.Add(await Client(service).EnqueueAsync(new Sum(1, priority), new EnqueueOptions { Priority = priority }));

        Assert.Equal([jobs[2], jobs[0], jobs[3], jobs[1]], await PagesAsync(service, new JobQuery { State = JobState.Queued, Take = 1 }));
        var error = await Assert.ThrowsAsync<JobException>(() => Operations(service).ListAsync(new JobQuery { State = JobState.Queued, Before = Batch }));
        Assert.Equal($"There is no job {Batch} to go on from: it was removed meanwhile. Ask for the first page of what waits.", error.Message);
    }

    [Fact]
    public async Task Should_show_what_runs()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) => release.Task;
        await using var service = await StartAsync();
        var job = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Tenant = "ann" });
        await UntilAsync(service, job, JobState.Running);

        var running = new JobQuery { State = JobState.Running };
        var (type, queue) = (typeof(Sum).FullName, (await FindAsync(service, job)).Queue);
        foreach (var query in new[] { running, running with { Type = type }, running with { Queue = queue }, running with { Tenant = "ann", Type = type }, running with { Before = Guid.AllBitsSet } })
            Assert.Equal(job, Assert.Single(await Operations(service).ListAsync(query)).Id);
        foreach (var query in new[] { running with { Type = "none" }, running with { Queue = "none" }, running with { Tenant = "bob" }, running with { Batch = Batch }, running with { Before = Guid.Empty } })
            Assert.Empty(await Operations(service).ListAsync(query));
        release.SetResult();
        Assert.Equal(2, await ResultAsync(service, job));
    }

    private static async Task<List<Guid>> PagesAsync(OutboxService service, JobQuery query)
    {
        List<Guid> seen = [];
        while (await Operations(service).ListAsync(query) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(job => job.Id));
            query = query with { Before = seen[^1] };
        }

        return seen;
    }

    private static IEnumerable<JobQuery> Queries()
    {
        foreach (var state in new JobState?[] { null, JobState.Scheduled, JobState.Queued, JobState.Succeeded, JobState.Retrying, JobState.Dead, JobState.Cancelled, JobState.Held })
        {
            for (var filters = 0; filters < 16; filters++)
            {
                yield return new JobQuery
                {
                    State = state,
                    Queue = (filters & 1) != 0 ? "queue 1" : null,
                    Type = (filters & 2) != 0 ? "type 2" : null,
                    Tenant = (filters & 4) != 0 ? "tenant 1" : null,
                    Batch = (filters & 8) != 0 ? Batch : null,
                    Take = 20,
                };
            }
        }
    }

    private static bool Fits(JobRow row, JobQuery query) =>
        (query.State is null || row.State == (int)query.State) && (query.Queue is null || row.Queue == query.Queue) && (query.Type is null || row.Type == query.Type)
            && (query.Tenant is null || row.Tenant == query.Tenant) && (query.Batch is null || row.BatchId == query.Batch);

    // Of types that no handler takes; where several have one rank a page may end between them.
    private static async Task<List<JobRow>> FillAsync(OutboxService service)
    {
        var random = new Random(7);
        int[] states = [0, 1, 1, 1, 3, 3, 4, 5, 6, 7];
        var all = Enumerable.Range(0, 240).Select(number => (Number: number, State: states[random.Next(states.Length)])).Select(made => new JobRow
        {
            Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + made.Number)),
            Type = $"type {random.Next(4)}",
            Queue = $"queue {random.Next(3)}",
            State = made.State,
            Rank = random.Next(10),
            EndedAt = made.State is 3 or 5 or 6 ? 1_700_000_000_000 + random.Next(100) : null,
            KeptUntil = long.MaxValue,
            Tenant = random.Next(2) == 0 ? $"tenant {random.Next(2)}" : null,
            BatchId = random.Next(2) == 0 ? Batch : null,
        }).ToList();
        await using var scope = service.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OutboxDb>();
        db.AddRange(all);
        await db.SaveChangesAsync();
        return all;
    }
}
