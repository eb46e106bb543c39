using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What limits, pauses, steps and upkeep of jobs owe on every database.</summary>
public abstract class JobLimitContract : JobTests
{
    /// <summary>Whether the database has one writer at a time.</summary>
    protected virtual bool OneWriter => true;

    [Fact]
    public async Task Should_never_have_more_at_once_than_may_run_in_all_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        var running = 0;
        var most = 0;
        var gate = new Lock();
        Script.Act = async (_, _) =>
        {
            lock (gate)
                most = Math.Max(most, ++running);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
            lock (gate)
                running--;
        };
        await using var one = await StartAsync(configure: options => options.Concurrency = 5);
        await using var two = await StartAsync(configure: options => options.Concurrency = 5);
        await Client(one).EnqueueManyAsync(Enumerable.Range(0, 200).Select(number => new Sum(number, 0)));
        var mostTaken = 0;
        await Eventually.AssertAsync(
            async () =>
            {
                mostTaken = Math.Max(mostTaken, await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Running)));
                return await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 200;
            },
            TimeSpan.FromMinutes(1));
        Assert.InRange(mostTaken, 0, 5);
        Assert.InRange(most, 2, 5);
    }

    [Fact]
    public async Task Should_not_have_more_at_once_when_a_process_has_died_with_as_many_as_may_run()
    {
        var most = 0;
        var running = 0;
        Script.Act = async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        await using var service = await StartAsync(concurrency: 16, configure: options => options.Concurrency = 5);
        await Operations(service).PauseAsync(JobGroup.All);
        var ids = await Client(service).EnqueueManyAsync(Enumerable.Range(0, 60).Select(number => new Sum(number, 0)));
        var nobody = Guid.NewGuid();
        Guid[] held = [.. ids.Take(5)];
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => held.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, (int)JobState.Running).SetProperty(row => row.OwnerId, nobody).SetProperty(row => row.Claims, 1)));
        await Operations(service).ResumeAsync(JobGroup.All);
        var mostTaken = 0;
        await Eventually.AssertAsync(
            async () =>
            {
                mostTaken = Math.Max(mostTaken, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Running)));
                return await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 60;
            },
            Patience);
        Assert.InRange(mostTaken, 0, 5);
        Assert.InRange(most, 1, 5);
        Assert.Equal(5, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.Crashes == 1)));
    }

    [Fact]
    public async Task Should_not_wait_for_ever_beside_jobs_without_limits()
    {
        var stop = false;
        await using var service = await StartAsync(configure: options => options.Concurrency = 1);
        Script.Act = (_, _) => Task.CompletedTask;
        var others = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
                await Client(service).EnqueueManyAsync(Enumerable.Range(0, 200).Select(_ => new Ping()));
        });
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) > 50, Patience);
        var ids = await Client(service).EnqueueManyAsync(Enumerable.Range(0, 10).Select(number => new Sum(number, 1)));
        Assert.Equal(10, await ResultAsync(service, ids[9]));
        Volatile.Write(ref stop, true);
        await others;
    }

    [Fact]
    public async Task Should_begin_no_more_often_than_their_rate_allows()
    {
        await using var service = await StartAsync(configure: options => options.Rate = new JobRate(20, TimeSpan.FromSeconds(1)));
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 30).Select(number => new Sum(number, 0)));
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 30, Patience);
        var begun = await service.QueryAsync(db => db.Set<JobRow>().OrderBy(row => row.StartedAt).Select(row => row.StartedAt!.Value).ToListAsync());
        Assert.Equal(Enumerable.Range(0, 30), Script.Runs.Select(run => run.Arguments.Left));
        // The last 50 ms after the one before it, and so on: 1,450 ms; a machine that stands still may let the first seem later than it was.
        Assert.True(begun[^1] - begun[0] >= 1_000, $"30 in {begun[^1] - begun[0]} ms");
    }

    [Theory]
    [InlineData(JobGroup.All)]
    [InlineData(JobGroup.Queue)]
    [InlineData(JobGroup.Type)]
    public async Task Should_not_begin_while_they_are_paused(JobGroup what)
    {
        var name = what switch { JobGroup.Queue => "default", JobGroup.Type => typeof(Sum).FullName!, _ => "" };
        await using var service = await StartAsync();
        await Operations(service).PauseAsync(what, name);
        await Operations(service).PauseAsync(what, name);
        Assert.Equal(new JobPause(what, name), Assert.Single(await Operations(service).PausesAsync()));
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await SettleAsync(service, what, name);
        Assert.Equal(JobState.Queued, (await FindAsync(service, id)).State);
        if (what != JobGroup.All)
            Assert.Equal("pong", await Client(service).ResultAsync<string>(await Client(service).EnqueueAsync(new Ping(), new EnqueueOptions { Queue = "other" })));

        Assert.True(await Operations(service).ResumeAsync(what, name));
        Assert.False(await Operations(service).ResumeAsync(what, name));
        Assert.Equal(2, await ResultAsync(service, id));
    }

    [Fact]
    public async Task Should_do_each_step_once_however_often_it_is_tried()
    {
        var done = 0;
        Script.Act = async (_, run) =>
        {
            var charged = await run.StepAsync("charge", _ => Task.FromResult(Interlocked.Increment(ref done)));
            await run.StepAsync("tell", _ => Task.CompletedTask);
            if (run.Attempt < 3)
                throw new TimeoutException("After the step.");
            Assert.Equal(1, charged);
        };
        await using var service = await StartAsync();
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2, "save"))));
        Assert.Equal((1, 3), (done, Script.Runs.Count));
        Assert.Equal(2, await service.QueryAsync(db => db.Set<JobStepRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_refuse_a_step_after_the_handler_has_saved_where_one_writes_at_a_time()
    {
        Script.Act = (_, run) => run.StepAsync("late", _ => Task.CompletedTask);
        await using var service = await StartAsync(configure: options => options.Retry = options.Retry with { MaxAttempts = 1 });
        if (!OneWriter)
        {
            Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2, "saves"))));
            return;
        }

        var error = await Assert.ThrowsAsync<JobException>(async () => await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2, "saves"))));
        Assert.Contains("do steps and checkpoints first", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_change_its_place_with_its_priority()
    {
        await using var service = await StartAsync(concurrency: 1);
        await Operations(service).PauseAsync(JobGroup.All);
        await Client(service).EnqueueAsync(new Sum(1, 1));
        var last = await Client(service).EnqueueAsync(new Sum(9, 9));
        Assert.True(await Operations(service).SetPriorityAsync(last, 9));
        await Assert.ThrowsAsync<JobException>(() => Operations(service).SetPriorityAsync(last, 10));
        await Operations(service).ResumeAsync(JobGroup.All);
        await Eventually.AssertAsync(() => Script.Runs.Count > 1, Patience);
        Assert.Equal(9, Script.Runs.First().Arguments.Left);
        await UntilAsync(service, last, JobState.Succeeded);
        Assert.False(await Operations(service).SetPriorityAsync(last, 1));
    }

    [Fact]
    public async Task Should_stay_cancelled_when_its_process_is_gone()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) =>
        {
            begun.TrySetResult();
            return release.Task;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(4, 4, "save"));
        await begun.Task.WaitAsync(Patience, TimeProvider.System);
        var nobody = Guid.NewGuid();
        await service.QueryAsync(db => db.Set<JobRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.OwnerId, nobody).SetProperty(row => row.CancelRequested, true)));
        await UntilAsync(service, id, JobState.Cancelled);
        release.SetResult();
        await service.DrainAsync();
        Assert.Equal(JobState.Cancelled, (await FindAsync(service, id)).State);
        Assert.Equal(0, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Single(await Operations(service).RunsAsync(id), run => run.Outcome == JobRunOutcome.Lost);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
            seen = Interlocked.CompareExchange(ref most, value, seen) is var now && now == seen ? value : now;
    }

    // To pause waits for a look at the table, after which this process takes what it takes: by the second look it has.
    private static async Task SettleAsync(OutboxService service, JobGroup what, string name)
    {
        await Operations(service).PauseAsync(what, name);
        await Operations(service).PauseAsync(what, name);
    }
}
