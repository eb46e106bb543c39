using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

public sealed record Place(int Done, string Note);

/// <summary>What a job keeps for its later runs, on every database.</summary>
public abstract class JobCheckpointContract : JobTests
{
    private readonly ConcurrentQueue<Place?> _loaded = new();

    /// <summary>Whether one writes at a time.</summary>
    protected virtual bool OneWriter => true;

    [Fact]
    public async Task Should_go_on_from_what_was_kept_last_after_failures_and_run_again_only_of_what_has_not_succeeded()
    {
        Script.Act = async (sum, run) =>
        {
            _loaded.Enqueue(await run.LoadCheckpointAsync<Place>());
            var done = _loaded.Last()?.Done ?? 0;
            await run.StepAsync($"step {done}", _ => Task.CompletedTask);
            await run.CheckpointAsync(new Place(done + 1, "lost"));
            await run.CheckpointAsync(new Place(done + 10, "é"));
            Assert.Equal(new Place(done + 10, "é"), await run.LoadCheckpointAsync<Place>());
            if (done < 30)
                throw new TimeoutException("Not yet.");
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await UntilAsync(service, id, JobState.Dead);
        Assert.Equal([null, new Place(10, "é"), new Place(20, "é")], _loaded);
        Assert.True(await Operations(service).RunAgainAsync(id));
        Assert.Equal(2, await ResultAsync(service, id));
        Assert.Equal(new Place(30, "é"), _loaded.Last());

        Script.Act = async (_, run) => _loaded.Enqueue(await run.LoadCheckpointAsync<Place>());
        Assert.True(await Operations(service).RunAgainAsync(id));
        Assert.Equal(2, await ResultAsync(service, id));
        await Eventually.AssertAsync(() => _loaded.Count == 5, Patience);
        Assert.Null(_loaded.Last());
        Assert.True(await Operations(service).DeleteAsync(id));
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobStepRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_keep_nothing_of_a_run_that_was_taken_for_lost()
    {
        var (begun, gone) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var refused = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (_, run) =>
        {
            if (run.Number == 1)
            {
                await run.CheckpointAsync(new Place(1, "first"));
                begun.SetResult();
                await gone.Task;
                var late = await Record.ExceptionAsync(() => run.CheckpointAsync(new Place(-1, "late")));
                refused.SetResult(late is not null);
                return;
            }

            _loaded.Enqueue(await run.LoadCheckpointAsync<Place>());
            await run.CheckpointAsync(new Place(2, "second"));
            gone.SetResult();
            await refused.Task;
            _loaded.Enqueue(await run.LoadCheckpointAsync<Place>());
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(4, 4));
        await begun.Task.WaitAsync(Patience, TimeProvider.System);
        // As if it ran under a lease that nobody renews.
        var nobody = Guid.NewGuid();
        await service.QueryAsync(db => db.Set<JobRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.OwnerId, nobody)));
        Assert.Equal(8, await ResultAsync(service, id));
        Assert.True(await refused.Task);
        Assert.Equal([new Place(1, "first"), new Place(2, "second")], _loaded);
    }

    [Fact]
    public async Task Should_be_refused_what_is_too_long_and_where_one_writes_at_a_time_what_comes_after_a_save()
    {
        var answers = new ConcurrentQueue<string?>();
        Script.Act = async (sum, run) =>
        {
            answers.Enqueue((await Record.ExceptionAsync(() => run.CheckpointAsync(new Place(1, new string('a', 2_000)))))?.Message);
            answers.Enqueue((await Record.ExceptionAsync(() => run.CheckpointAsync(new Place(1, "short"))))?.Message);
        };
        await using var service = await StartAsync(options: options => options.MaxPayload = 1_000);
        Assert.Equal(2, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 1))));
        Assert.Contains("MaxPayload", answers.First(), StringComparison.Ordinal);
        Assert.Null(answers.Last());

        answers.Clear();
        Assert.Equal(2, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 1, "saves"))));
        if (OneWriter)
            Assert.Contains("checkpoints first", answers.Last(), StringComparison.Ordinal);
        else
            Assert.Null(answers.Last());
    }
}
