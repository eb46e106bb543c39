using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What has happened to a batch.</summary>
public sealed record Told(string What);

public sealed class ToldHandler : IJobHandler<Told>
{
    public Task RunAsync(Told arguments, JobRun run) => Task.CompletedTask;
}

/// <summary>What a batch of jobs owes on every database.</summary>
public abstract class JobBatchContract : JobTests
{
    private static readonly JobBatchOptions Callbacks = new() { OnFirstFailure = new(new Told("failed")), OnDone = new(new Told("done")), OnSucceeded = new(new Told("succeeded")) };

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Should_count_each_end_and_tell_of_each_event_once_while_two_processes_end_its_jobs_and_some_fail()
    {
        const int Jobs = 1_100;
        Script.Act = (sum, run) => (sum.Left % 10, run.Attempt) switch
        {
            (3, _) => throw new NotSupportedException("No use in more."),
            (5 or 6, 1) => throw new TimeoutException("The first time."),
            _ => Task.CompletedTask,
        };
        await using var one = await StartAsync(more: Tell);
        await using var two = await StartAsync(more: Tell);
        var id = await Client(one).EnqueueBatchAsync("sums", Enumerable.Range(0, Jobs).Select(number => new Sum(number, 0, (number % 7) switch { 0 => "save", 1 => "publish", _ => "" })), Callbacks);
        var apart = 0;
        await Eventually.AssertAsync(
            async () =>
            {
                // Whoever looks sees an event with its callback or neither.
                var (happened, told) = await SeenAsync(one, id);
                apart += happened == told ? 0 : 1;
                return (await FindAsync(two, id)).State == JobBatchState.Done;
            },
            Long);
        Assert.Equal(0, apart);
        Assert.Equal((Jobs, 0, 0, Jobs - 110, 110, 0, 100), Counts(await FindAsync(one, id)));
        Assert.Equal(["done", "failed"], await ToldAsync(one));

        Script.Act = (_, _) => Task.CompletedTask;
        Assert.Equal(110, await Operations(two).RetryFailedAsync(id));
        await Eventually.AssertAsync(async () => (await FindAsync(one, id)).SucceededAt is not null, Patience);
        Assert.Equal((Jobs, 0, 0, Jobs, 0, 0, 100), Counts(await FindAsync(one, id)));
        Assert.Equal(["done", "failed", "succeeded"], await ToldAsync(one));
        Assert.Equal(Jobs, (await JobsAsync(one, id)).Count(job => job.State == JobState.Succeeded));
        Assert.Equal(0, await Operations(two).RetryFailedAsync(id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_there_with_all_its_jobs_if_and_only_if_the_caller_commits(bool commits)
    {
        await using var service = await StartAsync(more: Tell);
        var id = Guid.Empty;
        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            id = scope.GetRequiredService<IJobs>().EnqueueBatch("two kinds", [new BatchJob(new Sum(1, 1)), new BatchJob(new Ping(), new EnqueueOptions { Priority = 9 })], Callbacks);
            db.Add(new Entry { Number = 1 });
            await db.SaveChangesAsync();
            if (commits)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
        });
        if (commits)
            await Eventually.AssertAsync(async () => (await ToldAsync(service)).SequenceEqual(["done", "succeeded"]), Patience);
        else
            Assert.Null(await Operations(service).FindBatchAsync(id));
        Assert.Equal(commits ? 2 : 0, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.BatchId == id)));
    }

    [Fact]
    public async Task Should_be_done_as_it_is_added_when_it_has_no_jobs()
    {
        await using var service = await StartAsync(more: Tell);
        var id = await Client(service).EnqueueBatchAsync("nothing", Array.Empty<BatchJob>(), Callbacks);
        Assert.Equal((JobBatchState.Done, 100), await FindAsync(service, id) is var batch ? (batch.State, batch.Percent) : default);
        Assert.Equal(["done", "succeeded"], await ToldAsync(service));
    }

    [Fact]
    public async Task Should_stay_open_when_its_enqueuer_fails_half_way_and_end_when_it_is_closed_by_hand()
    {
        await using var service = await StartAsync(more: Tell);
        var id = Guid.CreateVersion7();
        await Assert.ThrowsAsync<InvalidDataException>(() => Client(service).EnqueueBatchAsync("half", Half(), Callbacks with { Id = id }));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).Succeeded == 1_000, Long);
        Assert.Equal((JobBatchState.Open, null, null), await FindAsync(service, id) is var open ? (open.State, open.ClosedAt, open.DoneAt) : default);
        Assert.Equal([id], (await Operations(service).ListBatchesAsync(new JobBatchQuery { State = JobBatchState.Open })).Select(batch => batch.Id));
        Assert.Empty(await ToldAsync(service));

        Assert.True(await Operations(service).CloseBatchAsync(id));
        Assert.Equal(["done", "succeeded"], await ToldAsync(service));
        Assert.False(await Operations(service).CloseBatchAsync(id));
        Assert.Equal([id], (await Operations(service).ListBatchesAsync(new JobBatchQuery { State = JobBatchState.Done })).Select(batch => batch.Id));
        Assert.Empty(await Operations(service).ListBatchesAsync(new JobBatchQuery { State = JobBatchState.Running }));
        Assert.Empty(await Operations(service).ListBatchesAsync(new JobBatchQuery { Before = id }));

        static IEnumerable<Sum> Half() => Enumerable.Range(0, 2_100).Select(number => number < 2_050 ? new Sum(number, 0) : throw new InvalidDataException("The file ends here."));
    }

    [Fact]
    public async Task Should_cancel_those_that_wait_in_blocks_and_those_that_run()
    {
        Script.Act = (_, run) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken);
        await using var service = await StartAsync(more: Tell);
        var later = new EnqueueOptions { At = TimeProvider.System.GetUtcNow().AddHours(1) };
        var jobs = Enumerable.Range(0, 620).Select(number => new BatchJob(new Sum(number, 0), number < 10 ? new EnqueueOptions { Key = $"key {number % 2}" } : number < 20 ? later : null));
        var id = await Client(service).EnqueueBatchAsync("long", jobs, Callbacks);
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).Running >= 4, Patience);

        Assert.True(await Operations(service).CancelBatchAsync(id));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == JobBatchState.Done, Patience);
        Assert.Equal((620, 0, 0, 0, 0, 620, 100), Counts(await FindAsync(service, id)));
        Assert.Equal(["done"], await ToldAsync(service));
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobLineRow>().CountAsync()));
        Assert.False(await Operations(service).CancelBatchAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task Should_count_what_becomes_of_its_jobs_otherwise_than_by_their_runs()
    {
        await using var service = await StartAsync(more: Tell);
        var (client, operations) = (Client(service), Operations(service));
        await operations.PauseAsync(JobGroup.All);
        var id = await client.EnqueueBatchAsync("by hand", Enumerable.Range(0, 4).Select(number => new Sum(number, 0)), Callbacks);
        var jobs = (await JobsAsync(service, id)).OrderBy(job => job.Id).Select(job => job.Id).ToList();

        Assert.True(await client.CancelAsync(jobs[0]));
        Assert.True(await operations.RunAgainAsync(jobs[0]));
        Assert.Equal((4, 4, 0, 0, 0, 0, 0), Counts(await FindAsync(service, id)));
        Assert.True(await client.CancelAsync(jobs[0]));
        Assert.True(await operations.DeleteAsync(jobs[0]));
        Assert.True(await operations.DeleteAsync(jobs[1]));
        Assert.Equal((4, 2, 0, 0, 0, 2, 50), Counts(await FindAsync(service, id)));

        // As if its third process had died of it.
        var nobody = Guid.NewGuid();
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == jobs[2]).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, (int)JobState.Running).SetProperty(row => row.Claims, 3).SetProperty(row => row.Crashes, 2).SetProperty(row => row.OwnerId, nobody)));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).Dead == 1, Patience);
        Assert.Equal(["failed"], await ToldAsync(service));

        await operations.ResumeAsync(JobGroup.All);
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == JobBatchState.Done, Patience);
        Assert.Equal((4, 0, 0, 1, 1, 2, 100), Counts(await FindAsync(service, id)));
        Assert.True(await operations.RunAgainAsync(jobs[2]));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).Succeeded == 2, Patience);
        Assert.Equal(["done", "failed"], await ToldAsync(service));
    }

    [Fact]
    public async Task Should_be_removed_when_it_was_done_long_ago_and_its_jobs_are_gone()
    {
        Script.Act = (sum, _) => sum.Left == 1 ? throw new NotSupportedException("No use in more.") : Task.CompletedTask;
        Guid gone, stays;
        await using (var service = await StartAsync(more: Tell))
        {
            gone = await Client(service).EnqueueBatchAsync("goes", [new BatchJob(new Sum(0, 0))]);
            stays = await Client(service).EnqueueBatchAsync("stays", [new BatchJob(new Sum(1, 0))]);
            foreach (var id in new[] { gone, stays })
                await Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == JobBatchState.Done, Patience);
        }

        await using var next = await StartAsync(more: jobs => jobs.Options.KeepEnded = TimeSpan.FromMilliseconds(1));
        await Eventually.AssertAsync(async () => await Operations(next).FindBatchAsync(gone) is null, Patience);
        Assert.Equal(1, (await FindAsync(next, stays)).Dead);
    }

    [Fact]
    public async Task Should_refuse_what_cannot_be()
    {
        await using var service = await StartAsync(more: Tell);
        var id = await Client(service).EnqueueBatchAsync("first", [new BatchJob(new Ping())]);
        BatchJob[] one = [new BatchJob(new Ping())];
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueBatchAsync("", one));
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueBatchAsync("again", one, new JobBatchOptions { Id = id }));
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueBatchAsync("unique", one, new JobBatchOptions { Jobs = new EnqueueOptions { Unique = "it" } }));
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueBatchAsync("idempotent", [new BatchJob(new Ping(), new EnqueueOptions { IdempotencyKey = "it" })]));
        await Assert.ThrowsAsync<JobException>(() => Operations(service).ListBatchesAsync(new JobBatchQuery { Take = 0 }));
        Assert.Equal(1, await service.QueryAsync(db => db.Set<JobBatchRow>().CountAsync()));
        Assert.Equal(1, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
    }

    private static void Tell(JobsBuilder jobs) => jobs.Handle<ToldHandler>();

    private static new async Task<JobBatchSummary> FindAsync(OutboxService service, Guid id) => await Operations(service).FindBatchAsync(id) ?? throw new InvalidOperationException($"There is no batch {id}.");

    private static async Task<IReadOnlyList<JobSummary>> JobsAsync(OutboxService service, Guid id)
    {
        List<JobSummary> jobs = [];
        while (await Operations(service).ListAsync(new JobQuery { Batch = id, Before = jobs.LastOrDefault()?.Id, Take = 1_000 }) is { Count: > 0 } page)
            jobs.AddRange(page);
        Assert.All(jobs, job => Assert.Equal(id, job.Batch));
        return jobs;
    }

    private static (int Total, int Waiting, int Running, int Succeeded, int Dead, int Cancelled, int Percent) Counts(JobBatchSummary batch) =>
        (batch.Total, batch.Waiting, batch.Running, batch.Succeeded, batch.Dead, batch.Cancelled, batch.Percent);

    // Of all callbacks that were ever enqueued, whatever has become of them.
    private static async Task<IReadOnlyList<string>> ToldAsync(OutboxService service)
    {
        var jobs = await Operations(service).ListAsync(new JobQuery { Type = typeof(Told).FullName, Take = 1_000 });
        return [.. jobs.Select(job => job.Arguments.Split('"')[3]).Order(StringComparer.Ordinal)];
    }

    // In one statement: of one instant.
    private static async Task<(int Happened, int Told)> SeenAsync(OutboxService service, Guid id)
    {
        var seen = await service.QueryAsync(db => db.Set<JobBatchRow>().Where(row => row.Id == id).Select(row => new
        {
            Happened = (row.FirstFailedAt != null ? 1 : 0) + (row.DoneAt != null ? 1 : 0) + (row.SucceededAt != null ? 1 : 0),
            Told = db.Set<JobRow>().Count(job => job.Type == typeof(Told).FullName),
        }).SingleAsync());
        return (seen.Happened, seen.Told);
    }
}
