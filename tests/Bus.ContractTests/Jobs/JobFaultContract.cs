using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.Persistence.Leases;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What becomes of jobs when something else than their handler goes wrong, on every database.</summary>
public abstract class JobFaultContract : JobTests
{
    [Fact]
    public async Task Should_be_handed_back_when_this_process_has_taken_it_and_does_not_know()
    {
        await using var service = await StartAsync();
        await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 1)));
        var lease = await service.QueryAsync(db => db.Set<LeaseRow>().Where(row => row.Name.StartsWith("outbox:")).Select(row => row.Name).SingleAsync());
        var id = Guid.CreateVersion7();
        await service.QueryAsync(async db =>
        {
            // As if the answer to the commit of the claim had been lost.
            db.Add(new JobRow
            {
                Id = id,
                Type = typeof(Sum).FullName!,
                Queue = "default",
                Arguments = """{"left":40,"right":2}"""u8.ToArray(),
                State = (int)JobState.Running,
                Claims = 1,
                OwnerId = Guid.Parse(lease["outbox:".Length..]),
            });
            return await db.SaveChangesAsync();
        });
        Assert.Equal(42, await ResultAsync(service, id));
    }

    [Fact]
    public async Task Should_not_be_begun_when_it_is_cancelled_while_it_waits_in_the_process()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (sum, _) =>
        {
            if (sum.Left != 50)
                return;
            begun.TrySetResult();
            await release.Task;
        };
        await using var service = await StartAsync(concurrency: 1);
        await Operations(service).PauseAsync(JobGroup.All);
        var ids = await Client(service).EnqueueManyAsync(Enumerable.Range(0, 200).Select(number => new Sum(number, 0)));
        await Operations(service).ResumeAsync(JobGroup.All);
        await begun.Task.WaitAsync(Patience, TimeProvider.System);
        // The end of the one before lets it take some ahead. Of those before it the ends may still be on their way to the table.
        List<Guid> ahead = [];
        Guid[] later = [.. ids.Skip(51)];
        await Eventually.AssertAsync(
            async () => (ahead = await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.State == (int)JobState.Running && later.Contains(row.Id)).Select(row => row.Id).ToListAsync())).Count > 0, Patience);
        foreach (var id in ahead)
            Assert.True(await Client(service).CancelAsync(id));
        release.SetResult();
        foreach (var id in ahead)
            await UntilAsync(service, id, JobState.Cancelled);
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.EndedAt != null)) == 200, Patience);
        Assert.Equal(200 - ahead.Count, Script.Runs.Count);
    }

    [Fact]
    public async Task Should_be_taken_alone_when_it_is_suspect_and_be_dead_after_a_third_process()
    {
        await using var service = await StartAsync();
        var nobody = Guid.NewGuid();
        var (suspect, dead) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await service.QueryAsync(async db =>
        {
            foreach (var (id, crashes) in new[] { (suspect, 1), (dead, 2) })
            {
                db.Add(new JobRow
                {
                    Id = id,
                    Type = typeof(Sum).FullName!,
                    Queue = "default",
                    Arguments = """{"left":1,"right":1}"""u8.ToArray(),
                    State = (int)JobState.Running,
                    Claims = 1,
                    Crashes = crashes,
                    OwnerId = nobody,
                });
            }

            return await db.SaveChangesAsync();
        });
        Assert.Equal(2, await ResultAsync(service, suspect));
        await UntilAsync(service, dead, JobState.Dead);
        Assert.Contains("processes died", (await FindAsync(service, dead)).Error, StringComparison.Ordinal);
        Assert.Single(Script.Runs);
    }

    [Fact]
    public async Task Should_keep_an_error_that_the_database_cannot_store_as_it_is()
    {
        Script.Act = (_, _) => throw new NotSupportedException("Half a character: " + new string('x', 7_979) + "\ud83d\ude00 and \0.");
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await UntilAsync(service, id, JobState.Dead);
        Assert.Contains("Half a character", (await FindAsync(service, id)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default:x", 1)]
    [InlineData("", 1)]
    [InlineData(null, 10)]
    public async Task Should_refuse_what_cannot_be(string? queue, int priority)
    {
        await using var service = await StartAsync();
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Queue = queue, Priority = priority }));
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Key = "", }));
        await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { UniqueFor = TimeSpan.FromHours(1) }));
        await Assert.ThrowsAsync<JobException>(() => Operations(service).ListAsync(new JobQuery { Take = 0 }));
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
    }
}
