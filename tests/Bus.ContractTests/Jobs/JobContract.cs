using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What a job owes on every database.</summary>
public abstract class JobContract : JobTests
{
    [Fact]
    public async Task Should_be_run_and_keep_its_result()
    {
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(2, 3));
        Assert.Equal(5, await ResultAsync(service, id));
        var job = await FindAsync(service, id);
        Assert.Equal((JobState.Succeeded, 0, "5"), (job.State, job.Attempts, job.Result));
        Assert.NotNull(job.EndedAt);
        Assert.Equal(1, Assert.Single(Script.Runs).Attempt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_there_if_and_only_if_the_caller_commits(bool commits)
    {
        await using var service = await StartAsync();
        var id = Guid.Empty;
        await service.InScopeAsync(async (db, scope) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            id = scope.GetRequiredService<IJobs>().Enqueue(new Sum(1, 1));
            await db.SaveChangesAsync();
            if (commits)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
        });
        if (commits)
            Assert.Equal(2, await ResultAsync(service, id));
        else
            Assert.Null(await Client(service).FindAsync(id));
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("save publish")]
    [InlineData("saves publish enqueue")]
    [InlineData("enqueue")]
    public async Task Should_commit_all_that_its_handler_does_with_its_end_and_nothing_of_a_run_that_fails(string mode)
    {
        Script.Act = (arguments, run) => run.Attempt == 1 && arguments.Right != -1 ? throw new TimeoutException("The first time.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(7, 1, mode));
        Assert.Equal(8, await ResultAsync(service, id));

        if (mode.Contains("publish", StringComparison.Ordinal))
            await Eventually.AssertAsync(() => !service.Journal.Notes.IsEmpty, Patience);
        if (mode.Contains("enqueue", StringComparison.Ordinal))
            await Eventually.AssertAsync(() => Script.Runs.Any(run => run.Arguments.Right == -1), Patience);
        await service.DrainAsync();
        Assert.Equal(mode.Contains("publish", StringComparison.Ordinal) ? 1 : 0, service.Journal.Notes.Count);
        Assert.Equal(mode.Contains("save", StringComparison.Ordinal) ? 1 : 0, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Equal(mode.Contains("enqueue", StringComparison.Ordinal) ? 2 : 1, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
        Assert.Equal(1, (await FindAsync(service, id)).Attempts);
        Assert.Contains("The first time.", (await service.QueryAsync(db => db.Set<JobRunRow>().SingleAsync(run => run.JobId == id))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_dead_with_its_error_when_its_attempts_are_spent_and_run_again_when_asked_to()
    {
        Script.Act = (_, run) => throw new TimeoutException("Always.");
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == JobState.Dead, Patience);
        Assert.Equal([1, 2, 3], Script.Runs.Select(run => run.Attempt));
        var error = await Assert.ThrowsAsync<JobException>(() => ResultAsync(service, id));
        Assert.Contains("Always.", error.Message, StringComparison.Ordinal);

        Script.Act = (_, _) => Task.CompletedTask;
        Assert.True(await Operations(service).RunAgainAsync(id));
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.Equal((JobState.Succeeded, 0, null), await FindAsync(service, id) is var job ? (job.State, job.Attempts, job.Error) : default);
    }

    [Fact]
    public async Task Should_wait_for_its_time()
    {
        await using var service = await StartAsync();
        var at = TimeProvider.System.GetUtcNow().AddSeconds(2);
        var id = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { At = at });
        Assert.Equal(JobState.Scheduled, (await FindAsync(service, id)).State);
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.True((await FindAsync(service, id)).StartedAt >= at.AddMilliseconds(-2), "early");
    }

    [Fact]
    public async Task Should_be_dead_when_it_has_not_begun_in_time()
    {
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { StartBefore = TimeProvider.System.GetUtcNow().AddSeconds(-1) });
        var error = await Assert.ThrowsAsync<JobException>(() => ResultAsync(service, id));
        Assert.Contains("begin before", error.Message, StringComparison.Ordinal);
        Assert.Empty(Script.Runs);
    }

    [Fact]
    public async Task Should_be_dead_when_its_arguments_cannot_be_read_and_hold_up_no_other()
    {
        await using var service = await StartAsync();
        await service.QueryAsync(async db =>
        {
            db.Add(new JobRow { Id = Guid.CreateVersion7(), Type = typeof(Sum).FullName!, Queue = "default", Arguments = "[]"u8.ToArray(), State = (int)JobState.Queued });
            return await db.SaveChangesAsync();
        });
        Assert.Equal(2, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 1))));
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().AnyAsync(row => row.State == (int)JobState.Dead && row.Error!.Contains("arguments"))), Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_cancelled(bool whileItRuns)
    {
        var runs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (_, run) =>
        {
            runs.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken);
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { At = whileItRuns ? null : TimeProvider.System.GetUtcNow().AddHours(1) });
        if (whileItRuns)
            await runs.Task.WaitAsync(Patience, TimeProvider.System);
        Assert.True(await Client(service).CancelAsync(id));
        await Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == JobState.Cancelled, Patience);
        Assert.False(await Client(service).CancelAsync(id));
        Assert.True(await Operations(service).DeleteAsync(id));
    }

    [Fact]
    public async Task Should_fail_when_it_takes_too_long()
    {
        Script.Act = (_, run) => run.Attempt == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken) : Task.CompletedTask;
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.Contains("longer", (await service.QueryAsync(db => db.Set<JobRunRow>().SingleAsync(run => run.JobId == id))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_run_the_more_urgent_first_and_those_of_one_priority_in_order()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) => release.Task;
        await using var service = await StartAsync(concurrency: 1);
        var client = Client(service);
        await client.EnqueueAsync(new Sum(0, 0));
        await Eventually.AssertAsync(() => Script.Runs.Count == 1, Patience);
        for (var number = 1; number <= 20; number++)
            await client.EnqueueAsync(new Sum(number, 0), new EnqueueOptions { Priority = number % 2 == 0 ? 9 : 1 });
        release.SetResult();
        await Eventually.AssertAsync(() => Script.Runs.Count == 21, Patience);
        Assert.Equal([0, .. Enumerable.Range(1, 10).Select(n => 2 * n), .. Enumerable.Range(0, 10).Select(n => (2 * n) + 1)], Script.Runs.Select(run => run.Arguments.Left));
    }

    [Fact]
    public async Task Should_run_each_of_many_once_in_two_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var ids = await Client(one).EnqueueManyAsync(Enumerable.Range(0, 2500).Select(number => new Sum(number, 1)));
        await Eventually.AssertAsync(async () => await one.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)) == ids.Count, TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(0, 2500), Script.Runs.Select(run => run.Arguments.Left).Order());
        Assert.Equal(77, await ResultAsync(two, ids[76]));
    }

    [Fact]
    public async Task Should_be_run_elsewhere_when_its_process_is_gone_and_nothing_of_the_lost_run_be_kept()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, run) =>
        {
            begun.TrySetResult();
            return run.Number == 1 ? gone.Task : Task.CompletedTask;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(4, 4, "save"));
        await begun.Task.WaitAsync(Patience, TimeProvider.System);

        // As if it ran under a lease that nobody renews.
        var nobody = Guid.NewGuid();
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.OwnerId, nobody)));
        Assert.Equal(8, await ResultAsync(service, id));
        gone.SetResult();
        await service.DrainAsync();
        await Eventually.AssertAsync(() => Script.Runs.Count == 2, Patience);

        var job = await FindAsync(service, id);
        Assert.Equal((JobState.Succeeded, 1, 0), (job.State, job.Crashes, job.Attempts));
        Assert.Equal(1, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_say_how_far_it_is()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (_, run) =>
        {
            await run.ReportAsync(40, "counting");
            await release.Task;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await Eventually.AssertAsync(async () => await FindAsync(service, id) is { State: JobState.Running, Progress: 40, Note: "counting" }, Patience);
        release.SetResult();
        await ResultAsync(service, id);
    }
}
