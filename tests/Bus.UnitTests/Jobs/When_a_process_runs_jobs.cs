using System.Collections.Concurrent;
using System.Threading.Channels;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>How many run at once, and whose place is free.</summary>
public sealed class When_a_process_runs_jobs
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _ends = new();
    private readonly Channel<RunningJob> _begun = Channel.CreateUnbounded<RunningJob>();
    private JobPool _pool;

    public When_a_process_runs_jobs() => _pool = Pool(2);

    [Fact]
    public async Task Should_begin_another_while_the_end_of_one_is_written()
    {
        _pool.Add(Jobs(4), Guid.NewGuid());
        var first = await BegunAsync(2);
        Assert.Equal((2, 2, -2), (_pool.Running, _pool.Waiting, _pool.Room));

        _pool.Free(first[0]);
        _pool.Free(first[0]);
        await BegunAsync(1);
        Assert.Equal((2, 1), (_pool.Running, _pool.Waiting));
        Assert.True(_pool.Holds(first[0].Job.Id, first[0].Job.Claim));

        // It is not counted twice when its end is written.
        Assert.True(_ends.TryGetValue(first[0].Job.Id, out var end));
        end.SetResult();
        await Settled(() => !_pool.Holds(first[0].Job.Id, first[0].Job.Claim));
        Assert.Equal((2, 1), (_pool.Running, _pool.Waiting));
    }

    [Fact]
    public async Task Should_let_one_end_altogether_where_one_runs_at_a_time()
    {
        _pool = Pool(1);
        _pool.Add(Jobs(2), Guid.NewGuid());
        var first = Assert.Single(await BegunAsync(1));
        _pool.Free(first);
        Assert.Equal((1, 1), (_pool.Running, _pool.Waiting));
        _ends[first.Job.Id].SetResult();
        await BegunAsync(1);
        Assert.Equal((1, 0), (_pool.Running, _pool.Waiting));
    }

    [Fact]
    public async Task Should_hold_no_more_ended_ones_than_it_may_beside_those_that_run()
    {
        _pool.Add(Jobs(250), Guid.NewGuid());
        List<RunningJob> ended = [];
        while (ended.Count < 202)
        {
            ended.Add((await BegunAsync(1))[0]);
            _pool.Free(ended[^1]);
        }

        // The last two keep their places until ends are written.
        Assert.Equal((2, 48), (_pool.Running, _pool.Waiting));
        _ends[ended[0].Job.Id].SetResult();
        await Settled(() => !_pool.Holds(ended[0].Job.Id, ended[0].Job.Claim));
        _pool.Free(ended[^1]);
        await BegunAsync(1);
        Assert.Equal((2, 47), (_pool.Running, _pool.Waiting));
    }

    [Fact]
    public async Task Should_not_begin_another_for_one_that_waits_and_is_handed_back()
    {
        _pool.Add(Jobs(3), Guid.NewGuid());
        await BegunAsync(2);
        var waiting = Assert.Single(_pool.TakeWaiting(_ => true));
        _pool.Free(waiting);
        _pool.Release(waiting);
        Assert.Equal((2, 0), (_pool.Running, _pool.Waiting));
    }

    private static List<ClaimedJob> Jobs(int count) => [.. Enumerable.Range(0, count).Select(number => new ClaimedJob(Guid.NewGuid(), "plain", [], 1, 0, 0, number, 0, null, null, "mail", null, 0, 4))];

    private static async Task Settled(Func<bool> isSettled)
    {
        while (!isSettled())
            await Task.Yield();
    }

    private async Task<List<RunningJob>> BegunAsync(int count)
    {
        List<RunningJob> begun = [];
        while (begun.Count < count)
            begun.Add(await _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken));
        return begun;
    }

    private JobPool Pool(int concurrency) => new(concurrency, RunAsync, () => { }, _ => false, _ => null);

    private Task RunAsync(IReadOnlyList<RunningJob> jobs)
    {
        var end = _ends.GetOrAdd(jobs[0].Job.Id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _begun.Writer.TryWrite(jobs[0]);
        return end.Task;
    }
}
