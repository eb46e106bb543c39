using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What jobs that are somebody's owe on every database.</summary>
public abstract class JobTenantContract : JobTests
{
    [Fact]
    public async Task Should_be_known_to_be_theirs()
    {
        var seen = new ConcurrentDictionary<int, string>();
        Script.Act = (sum, run) =>
        {
            seen[sum.Left] = run.Tenant ?? "nobody";
            return Task.CompletedTask;
        };
        await using var service = await StartAsync();
        var theirs = await Client(service).EnqueueAsync(new Sum(1, 0), new EnqueueOptions { Tenant = "ann" });
        var other = await Client(service).EnqueueAsync(new Sum(2, 0), new EnqueueOptions { Tenant = "bob" });
        var nobodys = await Client(service).EnqueueAsync(new Sum(3, 0));
        foreach (var (id, number) in new[] { (theirs, 1), (other, 2), (nobodys, 3) })
            Assert.Equal(number, await ResultAsync(service, id));
        Assert.Equal(("ann", "bob", "nobody"), (seen[1], seen[2], seen[3]));
        Assert.Equal(("ann", null), ((await FindAsync(service, theirs)).Tenant, (await FindAsync(service, nobodys)).Tenant));
        Assert.Equal(theirs, Assert.Single(await Operations(service).ListAsync(new JobQuery { Tenant = "ann" })).Id);
        Assert.Empty(await Operations(service).ListAsync(new JobQuery { Tenant = "nobody" }));
    }

    [Fact]
    public async Task Should_not_begin_while_their_tenant_is_paused_nor_keep_others_waiting_nor_begin_after_a_restart()
    {
        List<Guid> held;
        await using (var service = await StartAsync())
        {
            await Operations(service).PauseAsync(JobGroup.Tenant, "ann");
            held = [.. await Client(service).EnqueueManyAsync(Enumerable.Range(0, 1_000).Select(number => new Sum(number, 1)), new EnqueueOptions { Tenant = "ann" })];
            await OthersAreRunAsync(service);
        }

        await using var restarted = await StartAsync(configure: type => type.Concurrency = 3);
        Assert.Equal(new JobPause(JobGroup.Tenant, "ann"), Assert.Single(await Operations(restarted).PausesAsync()));
        await OthersAreRunAsync(restarted);
        // None was taken just to be handed back.
        Assert.Equal(1_000, await restarted.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.Tenant == "ann" && row.State == (int)JobState.Queued && row.Claims == 0)));

        Assert.True(await Operations(restarted).ResumeAsync(JobGroup.Tenant, "ann"));
        Assert.False(await Operations(restarted).ResumeAsync(JobGroup.Tenant, "ann"));
        Assert.Equal(100, await ResultAsync(restarted, held[99]));
    }

    [Fact]
    public async Task Should_be_handed_back_when_their_tenant_is_paused_before_they_begin()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) => release.Task;
        await using var service = await StartAsync(concurrency: 1);
        await Client(service).EnqueueAsync(new Sum(0, 0), new EnqueueOptions { Tenant = "ann" });
        await Eventually.AssertAsync(() => Script.Runs.Count == 1, Patience);
        var next = await Client(service).EnqueueAsync(new Sum(1, 0), new EnqueueOptions { Tenant = "ann" });
        await Operations(service).PauseAsync(JobGroup.Tenant, "ann");
        release.SetResult();
        await OthersAreRunAsync(service);
        Assert.Equal(JobState.Queued, (await FindAsync(service, next)).State);
        Assert.True(await Operations(service).ResumeAsync(JobGroup.Tenant, "ann"));
        Assert.Equal(1, await ResultAsync(service, next));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Should_take_turns_with_those_of_others_however_many_one_has(int? limit)
    {
        await using var service = await StartAsync(concurrency: 1, configure: type => type.Concurrency = limit);
        await Operations(service).PauseAsync(JobGroup.All);
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 1_000).Select(number => new Sum(number, 1)), new EnqueueOptions { Tenant = "big" });
        // What is first of the others is urgent, and was enqueued last.
        foreach (var (tenant, mark) in new[] { ("small", 2), ("zed", 3), (null, 4) })
        {
            for (var number = 5; number > 0; number--)
                await Client(service).EnqueueAsync(new Sum(number, mark), new EnqueueOptions { Tenant = tenant, Priority = number == 1 ? 9 : 4 });
        }

        await Operations(service).ResumeAsync(JobGroup.All);
        await Eventually.AssertAsync(() => Script.Runs.Count(run => run.Arguments.Right > 1) == 15, Patience);
        var runs = Script.Runs.Select(run => run.Arguments).ToList();
        foreach (var mark in new[] { 2, 3, 4 })
            Assert.Equal([1, 5, 4, 3, 2], runs.Where(run => run.Right == mark).Select(run => run.Left));
        var first = runs.Take(runs.FindLastIndex(run => run.Right > 1) + 1).ToList();
        Assert.InRange(first.Count(run => run.Right == 1), 3, 10);
        Assert.Equal(Enumerable.Range(0, 3), runs.Where(run => run.Right == 1).Take(3).Select(run => run.Left));
    }

    [Fact]
    public async Task Should_each_be_run_once_when_processes_take_turns_at_them()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        foreach (var tenant in Enumerable.Range(0, 40))
            await Client(one).EnqueueManyAsync(Enumerable.Range(tenant * 30, 30).Select(number => new Sum(number, 1)), new EnqueueOptions { Tenant = tenant == 0 ? null : $"tenant {tenant}" });
        await Eventually.AssertAsync(async () => await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 1_200, Patience);
        Assert.Equal(Enumerable.Range(0, 1_200), Script.Runs.Select(run => run.Arguments.Left).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Should_have_callbacks_of_their_batch_that_are_theirs_too(int jobs)
    {
        await using var service = await StartAsync(more: registered => registered.Handle<ToldHandler>());
        var options = new JobBatchOptions { Jobs = new EnqueueOptions { Tenant = "ann" }, OnDone = new(new Told("done")) };
        await Client(service).EnqueueBatchAsync("sums", Enumerable.Range(0, jobs).Select(number => new BatchJob(new Sum(number, 0))), options);
        await Eventually.AssertAsync(async () => (await Operations(service).ListAsync(new JobQuery { Type = typeof(Told).FullName, State = JobState.Succeeded })) is [{ Tenant: "ann" }], Patience);
    }

    // In the same queue, and of a type that is limited as of one that is not.
    private static async Task OthersAreRunAsync(OutboxService service)
    {
        Assert.Equal("pong", await Client(service).ResultAsync<string>(await Client(service).EnqueueAsync(new Ping(), new EnqueueOptions { Tenant = "bob" })));
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2), new EnqueueOptions { Tenant = "bob" })));
        Assert.Equal(7, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(3, 4))));
    }
}
