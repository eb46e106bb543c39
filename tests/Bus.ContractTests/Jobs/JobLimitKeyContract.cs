using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What limits per key owe on every database.</summary>
public abstract class JobLimitKeyContract : JobTests
{
    // Those of one key come one after the other, or two by two.
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, (int Now, int Most)> _overlap = new(StringComparer.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task Should_never_have_more_of_a_key_at_once_than_may_run_in_all_processes(int? ofType)
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        Script.Act = (_, run) => NoteAsync(run, () => Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None));
        void Configure(JobTypeOptions options) => (options.ConcurrencyPerKey, options.Concurrency) = (2, ofType);
        await using var one = await StartAsync(concurrency: 16, Configure);
        await using var two = await StartAsync(concurrency: 16, Configure);
        await using var three = await StartAsync(concurrency: 16, Configure);
        foreach (var key in new[] { "a", "b", "c", "d", null })
            await Client(one).EnqueueManyAsync(Enumerable.Range(0, 30).Select(number => new Sum(number, 0)), new EnqueueOptions { LimitKey = key });
        await Client(one).EnqueueManyAsync(Enumerable.Range(0, 30).Select(number => new Sum(number, 0)), new EnqueueOptions { Tenant = "ann" });
        var (mostTaken, mostOfType) = (0, 0);
        await Eventually.AssertAsync(
            async () =>
            {
                var taken = await one.QueryAsync(db => db.Set<JobRow>().Where(row => row.State == (int)JobState.Running).Select(row => row.LimitKey ?? row.Tenant).ToListAsync());
                mostTaken = Math.Max(mostTaken, taken.Where(key => key is not null).GroupBy(key => key, StringComparer.Ordinal).Select(key => key.Count()).DefaultIfEmpty().Max());
                mostOfType = Math.Max(mostOfType, taken.Count);
                return await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 180;
            },
            LongPatience);
        Assert.InRange(mostTaken, 0, 2);
        Assert.InRange(mostOfType, 0, ofType ?? int.MaxValue);
        Assert.Equal(["", "a", "ann", "b", "c", "d"], _overlap.Keys.Order(StringComparer.Ordinal));
        Assert.All(_overlap.Where(key => key.Key.Length > 0), key => Assert.InRange(key.Value.Most, 1, 2));
        Assert.Contains(_overlap.Values, key => key.Most > 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_not_hide_those_of_other_keys_behind_one_that_has_as_many_as_it_may(bool tenantsTakeTurns)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (sum, run) => NoteAsync(run, () => sum.Right == 0 ? release.Task : Task.CompletedTask);
        await using var service = await StartAsync(concurrency: 8, configure: options => options.ConcurrencyPerKey = 2);
        if (tenantsTakeTurns)
            await Client(service).EnqueueAsync(new Unknown(1), new EnqueueOptions { Tenant = "zed" });
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 100).Select(number => new Sum(number, 0)), new EnqueueOptions { LimitKey = "big", Priority = 9 });
        await Eventually.AssertAsync(() => Script.Runs.Count == 2, Patience);
        EnqueueOptions[] others = [new() { LimitKey = "small" }, new() { Tenant = "ann" }, new() { LimitKey = "small", Tenant = "ann" }, new() { LimitKey = "other", Tenant = "bob" }, new()];
        foreach (var options in others)
        {
            foreach (var id in await Client(service).EnqueueManyAsync(Enumerable.Range(0, 3).Select(number => new Sum(number, 1)), options))
                await ResultAsync(service, id);
        }

        Assert.Equal([0, 1], Script.Runs.Where(run => run.Arguments.Right == 0).Select(run => run.Arguments.Left).Distinct().Order());
        Assert.Equal(98, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Queued && row.LimitKey == "big" && row.Claims == 0)));
        release.SetResult();
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 115, LongPatience);
        Assert.Equal(2, _overlap["big"].Most);
    }

    [Fact]
    public async Task Should_go_on_with_the_next_of_a_key_when_one_ends_and_begin_the_more_urgent_first()
    {
        await using var service = await StartAsync(configure: options => options.ConcurrencyPerKey = 1);
        await Operations(service).PauseAsync(JobGroup.All);
        for (var number = 0; number < 20; number++)
            await Client(service).EnqueueAsync(new Sum(number, 1), new EnqueueOptions { LimitKey = "one", Priority = number % 2 == 0 ? 1 : 9 });
        await Operations(service).ResumeAsync(JobGroup.All);
        await Eventually.AssertAsync(() => Script.Runs.Count == 20, LongPatience);
        // Not one by one, each when the process looks.
        Assert.True(await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.State == (int)JobState.Succeeded).Select(row => row.StartedAt!.Value / 1_000).Distinct().CountAsync()) < 15);
        Assert.Equal([.. Enumerable.Range(0, 10).Select(number => (2 * number) + 1), .. Enumerable.Range(0, 10).Select(number => 2 * number)], Script.Runs.Select(run => run.Arguments.Left));
    }

    [Fact]
    public async Task Should_begin_no_more_often_than_the_rate_of_their_key_allows_and_each_key_by_itself()
    {
        await using var service = await StartAsync(configure: options => options.RatePerKey = new JobRate(10, TimeSpan.FromSeconds(1)));
        foreach (var key in new[] { "a", "b", null })
            await Client(service).EnqueueManyAsync(Enumerable.Range(0, 15).Select(number => new Sum(number, 0)), new EnqueueOptions { LimitKey = key });
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == 45, LongPatience);
        foreach (var key in new[] { "a", "b" })
        {
            var begun = await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.LimitKey == key).OrderBy(row => row.StartedAt).Select(row => row.StartedAt!.Value).ToListAsync());
            // By the clock of the database, which is that of the limit.
            var gaps = begun.Zip(begun.Skip(1), (one, next) => next - one).ToList();
            Assert.All(gaps, gap => Assert.InRange(gap, 99, long.MaxValue));
            // Not one by one, each when the process looks.
            Assert.Contains(gaps, gap => gap < 900);
        }
    }

    [Fact]
    public async Task Should_take_turns_of_tenants_and_leave_paused_ones_alone()
    {
        await using var service = await StartAsync(concurrency: 1, configure: options => (options.ConcurrencyPerKey, options.Concurrency) = (1, 3));
        await Operations(service).PauseAsync(JobGroup.All);
        await Operations(service).PauseAsync(JobGroup.Tenant, "still");
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 10).Select(number => new Sum(number, 1)), new EnqueueOptions { Tenant = "still" });
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 60).Select(number => new Sum(number, 2)), new EnqueueOptions { Tenant = "big", LimitKey = "shared" });
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 5).Select(number => new Sum(number, 3)), new EnqueueOptions { Tenant = "small", LimitKey = "shared" });
        await Operations(service).ResumeAsync(JobGroup.All);
        await Eventually.AssertAsync(() => Script.Runs.Count(run => run.Arguments.Right == 3) == 5, LongPatience);
        var runs = Script.Runs.Select(run => run.Arguments.Right).ToList();
        Assert.InRange(runs.Take(runs.LastIndexOf(3)).Count(mark => mark == 2), 3, 12);
        Assert.DoesNotContain(1, runs);
        await Operations(service).ResumeAsync(JobGroup.Tenant, "still");
        await Eventually.AssertAsync(() => Script.Runs.Count(run => run.Arguments.Right == 1) == 10, LongPatience);
    }

    [Fact]
    public async Task Should_be_seen_with_their_key_and_be_refused_with_one_that_cannot_be()
    {
        var seen = new ConcurrentDictionary<int, string?>();
        Script.Act = (sum, run) =>
        {
            seen[sum.Left] = run.LimitKey;
            return Task.CompletedTask;
        };
        await using var service = await StartAsync(configure: options => options.ConcurrencyPerKey = 1);
        EnqueueOptions[] all = [new() { LimitKey = "key" }, new() { Tenant = "ann" }, new() { Tenant = "ann", LimitKey = "key" }, new()];
        foreach (var (options, number) in all.Select((options, number) => (options, number)))
        {
            var id = await Client(service).EnqueueAsync(new Sum(number, 0), options);
            Assert.Equal(number, await ResultAsync(service, id));
            Assert.Equal(options.LimitKey ?? options.Tenant, (await FindAsync(service, id)).LimitKey);
            Assert.Equal(options.LimitKey ?? options.Tenant, seen[number]);
        }

        foreach (var key in new[] { "", new string('k', 191), "a\0" })
            Assert.Contains("LimitKey", (await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { LimitKey = key }))).Message, StringComparison.Ordinal);
        Assert.Equal("key", (await Operations(service).ListAsync(new JobQuery())).Single(job => job.Tenant is null && job.LimitKey is not null).LimitKey);
    }

    private async Task NoteAsync(JobRun run, Func<Task> act)
    {
        var key = run.LimitKey ?? "";
        _overlap.AddOrUpdate(key, (1, 1), (_, overlap) => (overlap.Now + 1, Math.Max(overlap.Most, overlap.Now + 1)));
        await act();
        _overlap.AddOrUpdate(key, (0, 0), (_, overlap) => (overlap.Now - 1, overlap.Most));
    }
}
