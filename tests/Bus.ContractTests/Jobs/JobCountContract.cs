using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What is counted of jobs, on every database.</summary>
public abstract class JobCountContract : JobTests
{
    private static readonly string[] Outcomes = ["", "save", "fails", "save fails", "once", "publish"];
    private static readonly string[] Nodes = ["a", "b"];

    [Fact]
    public async Task Should_be_counted_once_however_it_ends_and_in_whichever_process()
    {
        Script.Act = (sum, run) => sum.Mode.Contains("fails", StringComparison.Ordinal) || (sum.Mode == "once" && run.Attempt == 1) ? throw new TimeoutException("It is told to.") : Task.CompletedTask;
        await using var one = await StartAsync(configure: Fast);
        await using var other = await StartAsync(configure: Fast);
        var random = new Random(7);
        var sums = Enumerable.Range(0, 120).Select(number => new Sum(number, 0, Outcomes[random.Next(Outcomes.Length)])).ToList();
        await Client(one).EnqueueManyAsync(sums.Take(60));
        await Client(other).EnqueueManyAsync(sums.Skip(60));
        var cancelled = await Client(one).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { At = TimeProvider.System.GetUtcNow().AddDays(1) });
        Assert.True(await Client(other).CancelAsync(cancelled));

        await Eventually.AssertAsync(async () => !await one.QueryAsync(db => db.Set<JobRow>().AnyAsync(row => row.EndedAt == null)), Patience);
        var dead = sums.Count(sum => sum.Mode.Contains("fails", StringComparison.Ordinal));
        var expected = new JobTally { Succeeded = 120 - dead, Failed = (dead * 3) + sums.Count(sum => sum.Mode == "once"), Dead = dead, Cancelled = 1 };
        var queue = Assert.Single(await Operations(one).QueuesAsync(), queue => queue.Name == "default");
        Assert.Equal(expected, queue.LastHour with { MeanRun = null, MeanWait = null, LongestRun = null });
        Assert.NotNull(queue.LastHour.MeanRun);
        Assert.Equal((0, 0, dead), (queue.Waiting, queue.Running, queue.Dead));
        var history = await Operations(other).HistoryAsync(new JobHistoryQuery { Queue = "default", Type = typeof(Sum).FullName });
        Assert.Equal((expected.Succeeded, expected.Failed), (history.Sum(step => step.Tally.Succeeded), history.Sum(step => step.Tally.Failed)));
        Assert.All(await Operations(other).HistoryAsync(new JobHistoryQuery { Queue = "nobody's" }), step => Assert.Equal(new JobTally(), step.Tally));
    }

    [Fact]
    public async Task Should_be_known_how_many_wait_for_what_and_since_when()
    {
        await using var service = await StartAsync();
        await Operations(service).PauseAsync(JobGroup.Queue, "far");
        var tomorrow = TimeProvider.System.GetUtcNow().AddDays(1);
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 5).Select(number => new Sum(number, 0)), new EnqueueOptions { Queue = "far", Priority = 9 });
        await Client(service).EnqueueAsync(new Ping(), new EnqueueOptions { Queue = "far" });
        await Client(service).EnqueueManyAsync(Enumerable.Range(0, 3).Select(number => new Sum(number, 0)), new EnqueueOptions { Queue = "far", At = tomorrow });
        for (var number = 0; number < 3; number++)
            await Client(service).EnqueueAsync(new Sum(number, 0), new EnqueueOptions { Queue = "far", Key = "one" });
        await Client(service).EnqueueAsync(new Ping(), new EnqueueOptions { Queue = "later", At = tomorrow });

        var queues = await Operations(service).QueuesAsync();
        Assert.Equal(["default", "far", "later"], queues.Select(queue => queue.Name));
        var far = queues[1];
        Assert.Equal((7, 3, 0, 2, 0, 0, false, true), (far.Waiting, far.Scheduled, far.Retrying, far.Held, far.Running, far.Dead, far.CountIsCapped, far.IsPaused));
        Assert.InRange(far.OldestWaiting!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal((0, 1, false, null), (queues[2].Waiting, queues[2].Scheduled, queues[2].IsPaused, queues[2].OldestWaiting));
    }

    [Fact]
    public async Task Should_keep_their_sums_when_they_are_folded()
    {
        var service = await StartAsync();
        var today = (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60) / 1_440 * 1_440;
        await service.QueryAsync(async db =>
        {
            foreach (var (day, hour, minute, node) in from day in Enumerable.Range(5, 2) from hour in Enumerable.Range(0, 3) from minute in Enumerable.Range(0, 4) from node in Nodes select (day, hour, minute, node))
                db.Add(new JobStatRow { Span = 1, Minute = today - (day * 1_440) + (hour * 60) + minute, Queue = "old", Type = $"type {minute % 2}", Node = node, Runs = 2, Succeeded = 1, Failed = 1, RunMs = 10 + minute, WaitMs = 5, MaxRunMs = 10 * hour });
            return await db.SaveChangesAsync();
        });
        await service.DisposeAsync();
        // The upkeep begins at once.
        await using var next = await StartAsync();

        // Two days with two types each are left.
        await Eventually.AssertAsync(async () => await next.QueryAsync(db => db.Set<JobStatRow>().CountAsync(row => row.Queue == "old")) == 4, Patience);
        var rows = await next.QueryAsync(db => db.Set<JobStatRow>().Where(row => row.Queue == "old").OrderBy(row => row.Minute).ThenBy(row => row.Type).ToListAsync());
        Assert.All(rows, row => Assert.Equal((1_440, "", 24, 12, 12, 60, 20), (row.Span, row.Node, row.Runs, row.Succeeded, row.Failed, row.WaitMs, row.MaxRunMs)));
        Assert.Equal([132L, 144L, 132L, 144L], rows.Select(row => row.RunMs));
        var steps = await Operations(next).HistoryAsync(new JobHistoryQuery { Queue = "old", From = DateTimeOffset.FromUnixTimeSeconds((today - (6 * 1_440L)) * 60), Step = TimeSpan.FromDays(1) });
        Assert.Equal([24L, 24L, 0, 0], steps.Select(step => step.Tally.Succeeded).Take(4));
    }

    [Fact]
    public async Task Should_be_told_by_how_much_the_upkeep_is_behind()
    {
        await using var service = await StartAsync();
        Assert.Equal(TimeSpan.Zero, (await Operations(service).UpkeepAsync()).Lag);
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await ResultAsync(service, id);
        // The upkeep has just looked, and does not for 30 s.
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, row => row.EndedAt - (8L * 24 * 3_600_000))));
        Assert.InRange((await Operations(service).UpkeepAsync()).Lag, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
    }

    private static void Fast(JobTypeOptions options) => options.Retry = options.Retry with { FirstDelay = TimeSpan.FromMilliseconds(5) };
}
