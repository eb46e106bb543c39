using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>For how long jobs are kept, on every database.</summary>
public abstract class JobKeepContract : JobTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Should_be_removed_when_their_own_time_is_over_or_that_of_their_type_and_not_before()
    {
        Script.Act = (sum, _) => sum.Left == 4 ? throw new FormatException("No use.") : Task.CompletedTask;
        Dictionary<string, Guid> jobs = new(StringComparer.Ordinal);
        await using (var service = await StartHereAsync())
        {
            var client = Client(service);
            jobs["as its type says"] = await client.EnqueueAsync(new Sum(1, 0));
            jobs["for ever"] = await client.EnqueueAsync(new Sum(2, 0), new EnqueueOptions { KeepFor = TimeSpan.Zero });
            jobs["longer"] = await client.EnqueueAsync(new Sum(3, 0), new EnqueueOptions { KeepFor = 3 * Hour });
            jobs["dead"] = await client.EnqueueAsync(new Sum(4, 0));
            jobs["as any"] = await client.EnqueueAsync(new Ping());
            jobs["as it says"] = await client.EnqueueAsync(new Ping(), new EnqueueOptions { KeepFor = Hour });
            jobs["promised"] = await client.EnqueueAsync(new Ping(), new EnqueueOptions { KeepFor = Hour, IdempotencyKey = "one" });
            jobs["the only one"] = await client.EnqueueAsync(new Ping(), new EnqueueOptions { KeepFor = Hour, Unique = "one", UniqueFor = 24 * Hour });
            jobs["cancelled"] = await client.EnqueueAsync(new Ping(), new EnqueueOptions { KeepFor = Hour, At = TimeProvider.System.GetUtcNow().AddDays(1) });
            await client.CancelAsync(jobs["cancelled"]);
            foreach (var id in jobs.Values)
                await Eventually.AssertAsync(async () => (await FindAsync(service, id)).EndedAt is not null, Patience);

            var typed = await FindAsync(service, jobs["as its type says"]);
            Assert.Equal(typed.EndedAt + Hour, typed.RemovedAfter);
            Assert.Null((await FindAsync(service, jobs["as any"])).RemovedAfter);
            Assert.True((await FindAsync(service, jobs["promised"])).RemovedAfter > typed.EndedAt + (23 * Hour));
            Assert.Equal(TimeSpan.Zero, (await Operations(service).UpkeepAsync()).Lag);
            await AgeAsync(service, 2 * Hour);
            Assert.InRange((await Operations(service).UpkeepAsync()).Lag, 0.9 * Hour, 1.1 * Hour);
        }

        await using (var service = await StartHereAsync())
        {
            await Eventually.AssertAsync(async () => await Client(service).FindAsync(jobs["as it says"]) is null, Patience);
            Assert.Equal(["as any", "dead", "for ever", "longer", "promised", "the only one"], await LeftAsync(service, jobs));
            Assert.Equal(TimeSpan.Zero, (await Operations(service).UpkeepAsync()).Lag);
            await AgeAsync(service, 8 * 24 * Hour);
        }

        await using (var service = await StartHereAsync())
        {
            await Eventually.AssertAsync(async () => await Client(service).FindAsync(jobs["as any"]) is null, Patience);
            Assert.Equal(["dead", "for ever", "promised", "the only one"], await LeftAsync(service, jobs));
        }
    }

    [Fact]
    public async Task Should_be_kept_again_from_their_next_end_when_they_are_run_again()
    {
        await using var service = await StartHereAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 0));
        await ResultAsync(service, id);
        await AgeAsync(service, 2 * Hour);
        Assert.True(await Operations(service).RunAgainAsync(id));
        await ResultAsync(service, id);
        var job = await FindAsync(service, id);
        Assert.Equal(job.EndedAt + Hour, job.RemovedAfter);
        Assert.Equal(TimeSpan.Zero, (await Operations(service).UpkeepAsync()).Lag);
    }

    private Task<OutboxService> StartHereAsync() => StartAsync(configure: type => type.KeepFor = Hour);

    private static Task<int> AgeAsync(OutboxService service, TimeSpan by) => service.QueryAsync(db =>
    {
        var time = (long)by.TotalMilliseconds;
        return db.Set<JobRow>().Where(row => row.EndedAt != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, row => row.EndedAt - time));
    });

    private static async Task<IEnumerable<string>> LeftAsync(OutboxService service, Dictionary<string, Guid> jobs)
    {
        var ids = await service.QueryAsync(db => db.Set<JobRow>().Select(row => row.Id).ToListAsync());
        return jobs.Where(job => ids.Contains(job.Value)).Select(job => job.Key).Order(StringComparer.Ordinal);
    }
}
