using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What becomes of runs that show no life, on every database.</summary>
public abstract class JobStallContract : JobTests
{
    [Fact]
    public async Task Should_fail_an_attempt_that_shows_no_life_and_tell_what_it_lacks()
    {
        Script.Act = (_, run) => run.Attempt == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken) : Task.CompletedTask;
        await using var service = await StartHereAsync(TimeSpan.FromMilliseconds(300));
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.Equal(1, (await FindAsync(service, id)).Attempts);
        Assert.Contains("showed no life for 00:00:00.3", (await service.QueryAsync(db => db.Set<JobRunRow>().SingleAsync(run => run.JobId == id))).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("log")]
    [InlineData("progress")]
    [InlineData("step")]
    [InlineData("checkpoint")]
    public async Task Should_let_one_go_on_that_shows_life(string sign)
    {
        Script.Act = async (_, run) =>
        {
            // Longer than it may be silent, together.
            for (var number = 0; number < 5; number++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(900), TimeProvider.System, run.CancellationToken);
                await (sign switch
                {
                    "progress" => run.ReportAsync(number),
                    "step" => run.StepAsync($"step {number}", _ => Task.CompletedTask),
                    "checkpoint" => run.CheckpointAsync(number),
                    _ => Task.CompletedTask,
                });
                if (sign == "heartbeat")
                    run.Heartbeat();
                else if (sign == "log")
                    run.Log("on");
            }
        };
        await using var service = await StartHereAsync(TimeSpan.FromSeconds(3));
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.Equal(0, (await FindAsync(service, id)).Attempts);
        Assert.DoesNotContain(await Operations(service).RunsAsync(id), run => run.Error?.Contains("no life", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Should_give_one_up_that_does_not_heed_its_token_and_keep_nothing_of_it()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, run) => run.Attempt == 1 ? release.Task : Task.CompletedTask;
        await using var service = await StartHereAsync(TimeSpan.FromMilliseconds(300));
        var id = await Client(service).EnqueueAsync(new Sum(7, 1, "save publish"));
        Assert.Equal(8, await ResultAsync(service, id));
        release.SetResult();
        await service.DrainAsync();
        await Eventually.AssertAsync(() => !service.Journal.Notes.IsEmpty, Patience);
        var job = await FindAsync(service, id);
        Assert.Equal((JobState.Succeeded, 1), (job.State, job.Attempts));
        Assert.Equal(1, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Single(service.Journal.Notes);
        // Its place is free again.
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2))));
    }

    [Fact]
    public async Task Should_cancel_one_that_heeds_nothing()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) => release.Task;
        await using var service = await StartHereAsync(TimeSpan.FromSeconds(2));
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await Eventually.AssertAsync(() => Script.Runs.Count == 1, Patience);
        Assert.True(await Client(service).CancelAsync(id));
        await UntilAsync(service, id, JobState.Cancelled);
        release.SetResult();
        await service.DrainAsync();
        Assert.Equal(JobState.Cancelled, (await FindAsync(service, id)).State);
    }

    private Task<OutboxService> StartHereAsync(TimeSpan stallAfter) => StartAsync(configure: type => type.StallAfter = stallAfter);
}
