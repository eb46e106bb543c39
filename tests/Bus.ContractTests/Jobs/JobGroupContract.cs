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

public sealed record Line(int Number);

/// <summary>What the batch handlers of one test saw, and how they should behave.</summary>
public sealed class LineScript
{
    public ConcurrentQueue<IReadOnlyList<JobItem<Line>>> Calls { get; } = new();

    /// <summary>Whether the handler saves before it does what it should.</summary>
    public bool Saves { get; set; }

    public Func<IReadOnlyList<JobItem<Line>>, CancellationToken, Task> Act { get; set; } = (_, _) => Task.CompletedTask;
}

/// <summary>Adds a row for each item that the script has not failed.</summary>
public sealed class LineHandler(LineScript script, OutboxDb db) : IJobBatchHandler<Line>
{
    public async Task RunAsync(IReadOnlyList<JobItem<Line>> items, CancellationToken cancellationToken)
    {
        script.Calls.Enqueue(items);
        db.AddRange(items.Where(item => item.Arguments.Number >= 0).Select(item => new Entry { Number = item.Arguments.Number }));
        foreach (var item in items)
            item.Return(item.Arguments.Number * 2);
        if (script.Saves)
            await db.SaveChangesAsync(cancellationToken);
        await script.Act(items, cancellationToken);
    }
}

/// <summary>What a handler that takes jobs together owes on every database.</summary>
public abstract class JobGroupContract : JobTests
{
    private readonly LineScript _script = new();

    [Fact]
    public async Task Should_get_as_many_as_there_are_up_to_the_size_and_wait_no_longer_than_it_may()
    {
        await using var service = await StartAsync(size: 10, TimeSpan.FromSeconds(1));
        await RunAsync(service, 25);
        Assert.All(_script.Calls, call => Assert.InRange(call.Count, 1, 10));
        Assert.Equal(10, _script.Calls.First().Count);
        Assert.Equal(Enumerable.Range(0, 25), _script.Calls.SelectMany(call => call).Select(item => item.Arguments.Number).Order());
        Assert.Equal(25, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Contains(await Operations(service).ListAsync(new JobQuery()), job => job is { Arguments: "{\"number\":21}", Result: "42" });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_keep_nothing_of_a_call_that_throws_and_all_have_failed_an_attempt(bool saves)
    {
        _script.Saves = saves;
        _script.Act = (items, _) => items[0].Attempt == 1 ? throw new TimeoutException("The first time.") : Task.CompletedTask;
        await using var service = await StartAsync();
        await RunAsync(service, 8);
        Assert.Equal(8, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.All(await Operations(service).ListAsync(new JobQuery()), job => Assert.Equal(1, job.Attempts));
        Assert.Equal(8, await service.QueryAsync(db => db.Set<JobRunRow>().CountAsync(run => run.Error!.Contains("The first time."))));
    }

    [Fact]
    public async Task Should_fail_one_alone_and_keep_what_was_done_for_the_others()
    {
        _script.Act = (items, _) =>
        {
            foreach (var item in items.Where(item => item.Arguments.Number == -1 && item.Attempt < 3))
                item.Fail(new TimeoutException("This one."));
            return Task.CompletedTask;
        };
        await using var service = await StartAsync();
        await RunAsync(service, 7, -1);
        Assert.Equal(7, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Equal((2, 0), await Operations(service).ListAsync(new JobQuery()) is var jobs ? (jobs.Single(job => job.Arguments.Contains("-1", StringComparison.Ordinal)).Attempts, jobs.Min(job => job.Attempts)) : default);
        Assert.Equal(2, await service.QueryAsync(db => db.Set<JobRunRow>().CountAsync(run => run.Error!.Contains("This one."))));
        Assert.Equal(3, Assert.Single(_script.Calls.Last()).Attempt);
    }

    [Fact]
    public async Task Should_not_be_stopped_when_one_is_cancelled_that_it_has_begun_and_not_get_one_that_it_has_not()
    {
        var begun = new TaskCompletionSource<IReadOnlyList<JobItem<Line>>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = async (items, token) =>
        {
            begun.TrySetResult(items);
            await release.Task.WaitAsync(token);
            foreach (var item in items.Where(item => item.CancellationToken.IsCancellationRequested))
                item.Fail(new OperationCanceledException());
        };
        await using var service = await StartAsync(size: 5, TimeSpan.FromSeconds(2));
        var ids = await EnqueueAsync(service, [.. Enumerable.Range(0, 4), -1, 5, 6]);
        var items = await begun.Task.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(5, items.Count);
        // The sixth and the seventh wait in the process for more.
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Running)) == 7, Patience);
        Assert.True(await Client(service).CancelAsync(ids[6]));
        Assert.True(await Client(service).CancelAsync(items[4].JobId));
        await Eventually.AssertAsync(() => items[4].CancellationToken.IsCancellationRequested, Patience);
        release.SetResult();

        await UntilAsync(service, ids[6], JobState.Cancelled);
        await UntilAsync(service, items[4].JobId, JobState.Cancelled);
        await UntilAsync(service, ids[5], JobState.Succeeded);
        Assert.DoesNotContain(_script.Calls.SelectMany(call => call), item => item.JobId == ids[6]);
        Assert.Equal(5, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)));
        Assert.Equal([0, 1, 2, 3, 5], await service.QueryAsync(db => db.Entries.Select(entry => entry.Number).Order().ToListAsync()));
    }

    [Fact]
    public async Task Should_keep_nothing_when_one_of_them_was_lost_meanwhile_and_run_the_others_again_without_a_spent_attempt()
    {
        var begun = new TaskCompletionSource<IReadOnlyList<JobItem<Line>>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = (items, _) => begun.TrySetResult(items) ? release.Task : Task.CompletedTask;
        await using var service = await StartAsync(size: 5, TimeSpan.FromSeconds(1));
        var ids = await EnqueueAsync(service, [.. Enumerable.Range(0, 5)]);
        await begun.Task.WaitAsync(Patience, TimeProvider.System);

        // As if it ran under a lease that nobody renews.
        var nobody = Guid.NewGuid();
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == ids[2]).ExecuteUpdateAsync(set => set.SetProperty(row => row.OwnerId, nobody)));
        await UntilAsync(service, ids[2], JobState.Succeeded);
        release.SetResult();
        foreach (var id in ids)
            await UntilAsync(service, id, JobState.Succeeded);
        Assert.Equal(Enumerable.Range(0, 5), await service.QueryAsync(db => db.Entries.Select(entry => entry.Number).Order().ToListAsync()));
        Assert.All(await Operations(service).ListAsync(new JobQuery()), job => Assert.Equal((0, job.Id == ids[2] ? 1 : 0), (job.Attempts, job.Crashes)));
    }

    [Fact]
    public async Task Should_refuse_limits_that_count_jobs_one_by_one()
    {
        var error = await Assert.ThrowsAsync<JobException>(() => StartAsync(more: jobs => jobs.Handle<LineHandler>(options => options.Concurrency = 1)));
        Assert.Contains("together", error.Message, StringComparison.Ordinal);
    }

    private static async Task RunAsync(OutboxService service, int count, params int[] more)
    {
        foreach (var id in await EnqueueAsync(service, [.. Enumerable.Range(0, count), .. more]))
            await UntilAsync(service, id, JobState.Succeeded);
    }

    private static async Task<IReadOnlyList<Guid>> EnqueueAsync(OutboxService service, int[] numbers) => await Client(service).EnqueueManyAsync(numbers.Select(number => new Line(number)));

    private Task<OutboxService> StartAsync(int size = 100, TimeSpan? wait = null) => OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
    {
        registration.AddSingleton(_script);
        registration.AddJobs<OutboxDb>(jobs =>
        {
            jobs.Options.Concurrency = 4;
            jobs.Handle<LineHandler>(options =>
            {
                options.Retry = new RetrySchedule { MaxAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(50) };
                (options.BatchSize, options.BatchWait) = (size, wait ?? TimeSpan.FromMilliseconds(100));
            });
        });
    });
}
