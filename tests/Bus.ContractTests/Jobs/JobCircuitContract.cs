using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What processes owe each other when one finds the circuit open through which a handler calls, on every database.</summary>
public abstract class JobCircuitContract : JobTests
{
    private readonly JobScript _other = new();

    [Fact]
    public async Task Should_begin_none_in_any_process_try_one_and_all_when_that_has_succeeded()
    {
        await using var one = await StartOpenAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _other.Act = (_, _) => release.Task;
        await using var two = await StartAsync(_other);
        await SettleAsync(two);
        await Client(one).EnqueueManyAsync(Enumerable.Range(1, 20).Select(number => new Sum(number, 0)));
        await SettleAsync(two);
        Assert.Empty(_other.Runs);
        Assert.Equal("pong", await Client(two).ResultAsync<string>(await Client(two).EnqueueAsync(new Ping())));

        await PassAsync(one);
        await Eventually.AssertAsync(() => _other.Runs.Count == 1, Patience);
        await SettleAsync(two);
        await SettleAsync(two);
        Assert.Single(_other.Runs);
        release.SetResult();
        await Eventually.AssertAsync(() => _other.Runs.Count == 20, Patience);
        await Eventually.AssertAsync(async () => await LimitAsync(one) is { RestsUntil: null, ProbeUntil: null }, Patience);
        Assert.Single(Script.Runs);
        Assert.Equal((JobState.Retrying, 0), (await one.QueryAsync(db => db.Set<JobRow>().SingleAsync(row => row.DueAt != null))) is var met ? ((JobState)met.State, met.Attempts) : default);
    }

    [Fact]
    public async Task Should_rest_again_everywhere_when_the_one_that_is_tried_finds_it_open()
    {
        await using var one = await StartOpenAsync();
        _other.Act = (_, _) => throw new BrokenCircuitException("It is still open.", TimeSpan.FromHours(2));
        await using var two = await StartAsync(_other);
        await Client(one).EnqueueManyAsync(Enumerable.Range(1, 20).Select(number => new Sum(number, 0)));
        var first = (await LimitAsync(one)).RestsUntil!.Value;
        await SettleAsync(two);
        await PassAsync(one);
        await Eventually.AssertAsync(async () => (await LimitAsync(one)).RestsUntil > first, Patience);
        await SettleAsync(two);
        Assert.Single(_other.Runs);
        Assert.Null((await LimitAsync(one)).ProbeUntil);
        Assert.Equal(0, await one.QueryAsync(db => db.Set<JobRow>().MaxAsync(row => row.Attempts)));
    }

    [Fact]
    public async Task Should_try_another_when_the_one_that_is_tried_fails_otherwise()
    {
        await using var one = await StartOpenAsync();
        var (running, most) = (0, 0);
        _other.Act = async (sum, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            if (sum.Left <= 3)
                throw new NotSupportedException("That has nothing to do with it.");
        };
        await using var two = await StartAsync(_other);
        await SettleAsync(two);
        await Client(one).EnqueueManyAsync(Enumerable.Range(1, 4).Select(number => new Sum(number, 0)));
        await PassAsync(one);
        await Eventually.AssertAsync(async () => (await LimitAsync(one)).RestsUntil is null, Patience);
        Assert.Equal([1, 2, 3, 4], _other.Runs.Select(run => run.Arguments.Left));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Should_try_another_in_a_while_when_the_process_that_tries_one_is_gone()
    {
        await using var one = await StartOpenAsync();
        await using var two = await StartAsync(_other);
        await SettleAsync(two);
        await Client(one).EnqueueManyAsync(Enumerable.Range(1, 5).Select(number => new Sum(number, 0)));
        // As if a third had begun to try one just now, and had died.
        var until = (await one.QueryAsync(db => db.Set<JobRow>().MaxAsync(row => row.CreatedAt))) + 2_500;
        await one.QueryAsync(db => db.Set<JobLimitRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.RestsUntil, 1).SetProperty(row => row.ProbeUntil, until)));
        await Eventually.AssertAsync(() => _other.Runs.Count == 5, Patience);
        Assert.True(await one.QueryAsync(db => db.Set<JobRow>().Where(row => row.State == (int)JobState.Succeeded).MinAsync(row => row.StartedAt)) >= until);
    }

    [Fact]
    public async Task Should_hand_back_what_was_taken_ahead_when_another_process_has_found_it_open()
    {
        await using var one = await StartAsync(Script, concurrency: 1);
        var (begun, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Script.Act = async (sum, _) =>
        {
            if (sum.Left != 50)
                return;
            begun.TrySetResult();
            await release.Task;
        };
        await Operations(one).PauseAsync(JobGroup.All);
        await Client(one).EnqueueManyAsync(Enumerable.Range(0, 200).Select(number => new Sum(number, 0)));
        await Operations(one).ResumeAsync(JobGroup.All);
        await begun.Task.WaitAsync(Patience, TimeProvider.System);
        await one.QueryAsync(async db =>
        {
            db.Add(new JobLimitRow { Name = typeof(Sum).FullName!, RestsUntil = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds() });
            return await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(async () => await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Running)) == 1, Patience);
        release.SetResult();
        await Eventually.AssertAsync(async () => await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Running)) == 0, Patience);
        await SettleAsync(one);
        Assert.NotEqual(0, await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Queued)));
    }

    // One that has met an open circuit, and knows by itself that it stays so for an hour.
    private async Task<OutboxService> StartOpenAsync()
    {
        Script.Act = (_, _) => throw new BrokenCircuitException("It is open.", TimeSpan.FromHours(1));
        var service = await StartAsync(Script);
        await Client(service).EnqueueAsync(new Sum(0, 0));
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobLimitRow>().AnyAsync(row => row.RestsUntil != null)), Patience);
        return service;
    }

    private Task<OutboxService> StartAsync(JobScript script, int concurrency = 4)
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        return OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
        {
            registration.AddSingleton(script);
            registration.AddJobs<OutboxDb>(jobs =>
            {
                jobs.Options.Concurrency = concurrency;
                jobs.Handle<PingHandler>();
                jobs.Handle<SumHandler>(type => type.Retry = new RetrySchedule { MaxAttempts = 1 });
            });
        });
    }

    private static async Task<JobLimitRow> LimitAsync(OutboxService service) => await service.QueryAsync(db => db.Set<JobLimitRow>().AsNoTracking().SingleAsync());

    // The time for which it is open has passed, for those that have only heard of it.
    private static async Task PassAsync(OutboxService service) => await service.QueryAsync(db => db.Set<JobLimitRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.RestsUntil, 1)));

    // To resume waits for a look at the table, after which this process takes what it takes: by the second look it has.
    private static async Task SettleAsync(OutboxService service)
    {
        await Operations(service).ResumeAsync(JobGroup.Queue, "none");
        await Operations(service).ResumeAsync(JobGroup.Queue, "none");
    }
}
