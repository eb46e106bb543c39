using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What jobs with tags owe on every database.</summary>
public abstract class JobTagContract : JobTests
{
    private static EnqueueOptions Tagged(params string[] tags) => new() { Tags = tags };

    [Fact]
    public async Task Should_be_found_by_each_however_they_were_enqueued_the_newest_first()
    {
        await using var service = await StartAsync();
        var (client, at) = (Client(service), TimeProvider.System.GetUtcNow().AddDays(1));
        var alone = await client.EnqueueAsync(new Sum(1, 0), Tagged("órder 7", "vip 😀", "órder 7"));
        var other = await client.EnqueueAsync(new Sum(2, 0), Tagged("vip 😀"));
        await client.EnqueueAsync(new Sum(3, 0));
        var scoped = Guid.Empty;
        await service.InScopeAsync(async (db, scope) =>
        {
            scoped = scope.GetRequiredService<IJobs>().Enqueue(new Sum(4, 0), Tagged("órder 7") with { At = at });
            await db.SaveChangesAsync();
        });
        var batch = await client.EnqueueBatchAsync("all", [new BatchJob(new Sum(5, 0)), new BatchJob(new Sum(6, 0), Tagged("of its own"))], new JobBatchOptions { Jobs = Tagged("of all") });
        var many = await client.EnqueueManyAsync(Enumerable.Range(0, 1_100).Select(number => new Sum(number, 1)), Tagged("many"));

        Assert.Equal([scoped, alone], await IdsAsync(service, new JobQuery { Tag = "órder 7" }));
        Assert.Equal([other, alone], await IdsAsync(service, new JobQuery { Tag = "vip 😀" }));
        Assert.Equal(["órder 7", "vip 😀"], (await FindAsync(service, alone)).Tags);
        Assert.Equal([scoped], await IdsAsync(service, new JobQuery { Tag = "órder 7", State = JobState.Scheduled }));
        Assert.Equal([alone], await IdsAsync(service, new JobQuery { Tag = "órder 7", Before = scoped }));
        Assert.Equal([5, 6], (await Operations(service).ListAsync(new JobQuery { Batch = batch })).Select(job => job.Tags).OrderBy(tags => tags[0], StringComparer.Ordinal).Select(tags => tags[0] == "of all" ? 5 : 6));
        Assert.Equal(many.Reverse().Take(1_000), await IdsAsync(service, new JobQuery { Tag = "many", Take = 1_000 }));
        Assert.Equal(many.Reverse().Skip(1_000), await IdsAsync(service, new JobQuery { Tag = "many", Take = 1_000, Before = many[100] }));
        Assert.Empty(await IdsAsync(service, new JobQuery { Tag = "nobody" }));
        Assert.Empty((await Operations(service).ListAsync(new JobQuery { Take = 1_000 })).Where(job => job.Arguments.Contains("\"left\":3,\"right\":0", StringComparison.Ordinal)).SelectMany(job => job.Tags));
    }

    [Fact]
    public async Task Should_keep_those_that_they_were_enqueued_with_when_another_is_kept_out()
    {
        await using var service = await StartAsync();
        var (client, at) = (Client(service), TimeProvider.System.GetUtcNow().AddDays(1));
        var unique = await client.EnqueueAsync(new Sum(1, 0), Tagged("a") with { Unique = "one", At = at });
        Assert.Equal(unique, await client.EnqueueAsync(new Sum(1, 0), Tagged("b") with { Unique = "one", At = at }));
        var named = await client.EnqueueAsync(new Sum(2, 0), Tagged("a") with { IdempotencyKey = "one", At = at });
        Assert.Equal(named, await client.EnqueueAsync(new Sum(2, 0), Tagged("b") with { IdempotencyKey = "one", At = at }));
        Assert.Equal(2, (await IdsAsync(service, new JobQuery { Tag = "a" })).Count);
        Assert.Empty(await IdsAsync(service, new JobQuery { Tag = "b" }));
        Assert.Equal(2, await RowsAsync(service));
    }

    [Fact]
    public async Task Should_be_found_by_none_when_they_are_deleted_or_removed_or_make_way_for_another()
    {
        Guid deleted, removed, replaced;
        await using (var service = await StartAsync())
        {
            var client = Client(service);
            deleted = await client.EnqueueAsync(new Sum(1, 0), Tagged("a"));
            removed = await client.EnqueueAsync(new Sum(2, 0), Tagged("a", "b") with { KeepFor = TimeSpan.FromMinutes(1) });
            replaced = await client.EnqueueAsync(new Sum(3, 0), Tagged("a", "b") with { IdempotencyKey = "one", IdempotentFor = TimeSpan.FromMilliseconds(1) });
            foreach (var id in new[] { deleted, removed, replaced })
                await ResultAsync(service, id);
            await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == removed).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, 1)));
            Assert.True(await Operations(service).DeleteAsync(deleted));
            Assert.Equal(replaced, await client.EnqueueAsync(new Sum(9, 0), Tagged("c") with { IdempotencyKey = "one" }));
            Assert.Equal(9, await ResultAsync(service, replaced));
        }

        await using var next = await StartAsync();
        await Eventually.AssertAsync(async () => await Client(next).FindAsync(removed) is null, Patience);
        Assert.Equal([replaced], await IdsAsync(next, new JobQuery { Tag = "c" }));
        Assert.Equal(1, await RowsAsync(next));
    }

    [Fact]
    public async Task Should_be_refused_with_too_many_or_such_as_cannot_be()
    {
        await using var service = await StartAsync();
        foreach (var tags in new[] { [.. Enumerable.Range(0, 11).Select(number => $"tag {number}")], new[] { "" }, [new string('a', 101)], ["a\0b"] })
            Assert.Contains("`Tags`", (await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 0), Tagged(tags)))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobException>(() => Operations(service).ListAsync(new JobQuery { Tag = "" }));
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
    }

    private static async Task<IReadOnlyList<Guid>> IdsAsync(OutboxService service, JobQuery query) => [.. (await Operations(service).ListAsync(query)).Select(job => job.Id)];

    private static Task<int> RowsAsync(OutboxService service) => service.QueryAsync(db => db.Set<JobTagRow>().CountAsync());
}
