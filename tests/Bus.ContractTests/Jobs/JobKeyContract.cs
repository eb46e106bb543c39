using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What jobs with keys, names and idempotency keys owe on every database.</summary>
public abstract class JobKeyContract : JobTests
{
    private static readonly EnqueueOptions OfOneKey = new() { Key = "one" };

    [Fact]
    public async Task Should_run_those_of_a_key_one_after_the_other_in_order_through_failures_in_two_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        var running = new int[3];
        var overlaps = 0;
        Script.Act = async (sum, run) =>
        {
            if (Interlocked.Increment(ref running[sum.Right]) > 1)
                Interlocked.Increment(ref overlaps);
            await Task.Yield();
            Interlocked.Decrement(ref running[sum.Right]);
            if ((sum.Left + run.Attempt) % 5 == 0 && run.Attempt < 3)
                throw new TimeoutException("Now and then.");
        };
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        for (var number = 0; number < 40; number++)
        {
            foreach (var key in new[] { 0, 1, 2 })
                await Client(number % 2 == 0 ? one : two).EnqueueAsync(new Sum(number, key, "save"), new EnqueueOptions { Key = $"key {key}" });
        }

        await Eventually.AssertAsync(async () => await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 120, TimeSpan.FromMinutes(1));
        Assert.Equal(0, overlaps);
        foreach (var key in new[] { 0, 1, 2 })
            Assert.Equal(Enumerable.Range(0, 40), Script.Runs.Where(run => run.Arguments.Right == key).Select(run => run.Arguments.Left).Distinct());
        Assert.Equal(0, await one.QueryAsync(db => db.Set<JobLineRow>().CountAsync()));
    }

    [Theory]
    [InlineData(JobKeyPolicy.Park)]
    [InlineData(JobKeyPolicy.Skip)]
    public async Task Should_wait_for_a_dead_one_or_go_on_without_it(JobKeyPolicy policy)
    {
        Script.Act = (sum, _) => sum.Left == 1 ? throw new NotSupportedException("Never.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var dead = await Client(service).EnqueueAsync(new Sum(1, 0), OfOneKey with { KeyPolicy = policy });
        var next = await Client(service).EnqueueAsync(new Sum(2, 0), OfOneKey);
        await UntilAsync(service, dead, JobState.Dead);
        if (policy == JobKeyPolicy.Park)
        {
            Assert.Equal(JobState.Held, (await FindAsync(service, next)).State);
            Script.Act = (_, _) => Task.CompletedTask;
            Assert.True(await Operations(service).RunAgainAsync(dead));
            Assert.Equal(1, await ResultAsync(service, dead));
        }

        Assert.Equal(2, await ResultAsync(service, next));
    }

    [Fact]
    public async Task Should_try_one_that_blocks_its_key_until_it_succeeds()
    {
        Script.Act = (sum, run) => sum.Left == 1 && run.Attempt < 6 ? throw new TimeoutException("More often than it may.") : Task.CompletedTask;
        await using var service = await StartAsync(configure: options => options.Retry = options.Retry with { MaxDelay = TimeSpan.FromMilliseconds(60) });
        var first = await Client(service).EnqueueAsync(new Sum(1, 0), OfOneKey with { KeyPolicy = JobKeyPolicy.Block });
        var next = await Client(service).EnqueueAsync(new Sum(2, 0), OfOneKey);
        Assert.Equal(2, await ResultAsync(service, next));
        Assert.Equal((JobState.Succeeded, 5), await FindAsync(service, first) is var job ? (job.State, job.Attempts) : default);
        Assert.Equal([1, 1, 1, 1, 1, 1, 2], Script.Runs.Select(run => run.Arguments.Left));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("delete")]
    public async Task Should_go_on_when_a_dead_or_waiting_one_is_taken_away(string verb)
    {
        Script.Act = (sum, _) => sum.Left == 1 ? throw new NotSupportedException("Never.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var dead = await Client(service).EnqueueAsync(new Sum(1, 0), OfOneKey);
        var held = await Client(service).EnqueueAsync(new Sum(2, 0), OfOneKey);
        var last = await Client(service).EnqueueAsync(new Sum(3, 0), OfOneKey);
        await UntilAsync(service, dead, JobState.Dead);
        Assert.True(verb == "cancel" ? await Client(service).CancelAsync(held) : await Operations(service).DeleteAsync(held));
        Assert.Equal(JobState.Held, (await FindAsync(service, last)).State);
        Assert.True(verb == "cancel" ? await Client(service).CancelAsync(dead) : await Operations(service).DeleteAsync(dead));
        Assert.Equal(3, await ResultAsync(service, last));
        Assert.Equal([1, 3], Script.Runs.Select(run => run.Arguments.Left));
    }

    [Fact]
    public async Task Should_give_the_turn_that_an_enqueuer_could_not_give_before_it_died()
    {
        await using var service = await StartAsync();
        var id = Guid.CreateVersion7();
        await service.QueryAsync(async db =>
        {
            db.Add(new JobRow { Id = id, Type = typeof(Sum).FullName!, Queue = "default", Arguments = """{"left":20,"right":2}"""u8.ToArray(), State = (int)JobState.Held, OrderKey = "default:one" });
            db.Add(new JobLineRow { OrderKey = "default:one", JobId = id });
            return await db.SaveChangesAsync();
        });
        Assert.Equal(22, await ResultAsync(service, id));
    }

    [Theory]
    [InlineData(JobUniqueness.UntilEnded)]
    [InlineData(JobUniqueness.UntilStarted)]
    public async Task Should_be_there_once_while_its_name_counts(JobUniqueness until)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) => release.Task;
        await using var service = await StartAsync();
        var unique = new EnqueueOptions { Unique = "one", UniqueWhile = until };
        await Operations(service).PauseAsync(JobGroup.Queue, "default");
        var first = await Client(service).EnqueueAsync(new Sum(1, 0), unique);
        Assert.Equal(first, await Client(service).EnqueueAsync(new Sum(2, 0), unique));
        await Operations(service).ResumeAsync(JobGroup.Queue, "default");
        await Eventually.AssertAsync(() => Script.Runs.Count == 1, Patience);

        var second = await Client(service).EnqueueAsync(new Sum(3, 0), unique);
        Assert.Equal(until == JobUniqueness.UntilEnded, first == second);
        release.SetResult();
        Assert.Equal(1, await ResultAsync(service, first));
        Assert.NotEqual(first, await Client(service).EnqueueAsync(new Sum(4, 0), unique));
    }

    [Fact]
    public async Task Should_be_there_once_for_a_time_even_when_it_has_ended()
    {
        await using var service = await StartAsync();
        var unique = new EnqueueOptions { Unique = "one", UniqueFor = TimeSpan.FromHours(1) };
        var first = await Client(service).EnqueueAsync(new Sum(1, 0), unique);
        Assert.Equal(1, await ResultAsync(service, first));
        Assert.Equal(first, await Client(service).EnqueueAsync(new Sum(2, 0), unique));
        await service.QueryAsync(db => db.Set<JobRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.UniqueUntil, 1)));
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(3, 0), unique)));
    }

    [Fact]
    public async Task Should_answer_a_request_that_is_repeated_with_the_first_job_and_its_result()
    {
        Script.Act = async (sum, run) =>
        {
            await run.StepAsync("note", _ => Task.CompletedTask);
            if (sum.Right == 3 && run.Attempt == 1)
                throw new TimeoutException("Once.");
        };
        await using var service = await StartAsync();
        var request = new EnqueueOptions { IdempotencyKey = "request 1" };
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Client(service).EnqueueAsync(new Sum(1, 2), request)));
        var id = Assert.Single(all.Distinct());
        Assert.Equal(3, await ResultAsync(service, id));
        Assert.Equal(id, await Client(service).EnqueueAsync(new Sum(1, 2), request));
        Assert.Single(Script.Runs);
        var error = await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 3), request));
        Assert.Contains("other arguments", error.Message, StringComparison.Ordinal);

        await service.QueryAsync(db => db.Set<JobRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.KeptUntil, 1)));
        Assert.Equal(4, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 3), request)));
    }
}
