using Bus.ContractTests.Outbox;
using Bus.Core.SharedFile;
using Bus.Jobs;
using Bus.Jobs.Running;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>Waiting in one process for what another makes of a job: two services, of which one only enqueues, and looks once and not again in an hour.</summary>
public abstract class JobWaitContract : JobTests
{
    private readonly TemporaryFolder _queues = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _queues.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Should_be_told_of_the_end_in_another_process()
    {
        await using var worker = await StartAsync(4);
        await using var sender = await StartAsync(0);
        await KnowEachOtherAsync(worker, sender);

        // The question may come before the end and after it.
        for (var number = 0; number < 20; number++)
            Assert.Equal(number + 1, await ResultAsync(sender, await Client(sender).EnqueueAsync(new Sum(number, 1))));
    }

    [Fact]
    public async Task Should_be_told_of_an_end_that_takes_its_time()
    {
        await using var worker = await StartAsync(4);
        await using var sender = await StartAsync(0);
        await KnowEachOtherAsync(worker, sender);
        var (begun, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        Script.Act = async (_, _) =>
        {
            begun.SetResult();
            await asked.Task;
        };
        var id = await Client(sender).EnqueueAsync(new Sum(1, 2, "saves"));
        await begun.Task.WaitAsync(Patience);
        var result = ResultAsync(sender, id);
        worker.Services.GetRequiredService<JobWaiters>().Hear($"?:{id:N}");
        asked.SetResult();

        Assert.Equal(3, await result);
    }

    [Fact]
    public async Task Should_be_told_of_a_cancel_by_another_process()
    {
        await using var worker = await StartAsync(0);
        await using var sender = await StartAsync(0);
        await KnowEachOtherAsync(worker, sender);
        var id = await Client(sender).EnqueueAsync(new Sum(1, 2));
        var result = ResultAsync(sender, id);

        Assert.True(await Client(worker).CancelAsync(id));
        Assert.Contains("cancelled", (await Assert.ThrowsAsync<JobException>(() => result)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_see_progress_and_end_of_what_another_process_runs()
    {
        await using var worker = await StartAsync(4);
        await using var sender = await StartAsync(0);
        await KnowEachOtherAsync(worker, sender);
        var seen = new TaskCompletionSource();
        Script.Act = async (_, run) =>
        {
            // The first report may be before the question.
            for (var percent = 1; !seen.Task.IsCompleted; percent = Math.Min(99, percent + 1))
            {
                await run.ReportAsync(percent);
                await Task.WhenAny(seen.Task, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
            }
        };
        var id = await Client(sender).EnqueueAsync(new Sum(1, 2));
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        JobChange? last = null;
        await foreach (var change in Client(sender).WatchAsync(id, cancellationToken: limit.Token))
        {
            last = change;
            if (change.Progress > 1)
                seen.TrySetResult();
        }

        Assert.Equal(((JobState?)JobState.Succeeded, (bool?)true), (last?.State, last?.IsLast));
    }

    // A process that has come a moment ago may not be told, and nobody here looks twice.
    private static async Task KnowEachOtherAsync(OutboxService one, OutboxService other)
    {
        foreach (var (from, to) in new[] { (one, other), (other, one) })
        {
            var (teller, listener) = (from.Services.GetRequiredService<INeighbours>(), to.Services.GetRequiredService<INeighbours>());
            var heard = false;
            listener.Heard += word => heard |= word.SequenceEqual("test"u8);
            await Eventually.AssertAsync(() => teller.TryTell("test"u8) && Volatile.Read(ref heard), Patience);
        }
    }

    private async Task<OutboxService> StartAsync(int concurrency) => await OutboxService.StartAsync<PlainConsumer>(
        Database,
        queueFile: true,
        shared: _queues,
        bus: registration =>
        {
            registration.AddSingleton(Script);
            registration.AddSingleton(provider => new JobWaiters(provider.GetRequiredService<JobHints>().Send, TimeSpan.FromHours(1)));
            registration.AddJobs<OutboxDb>(jobs =>
            {
                jobs.Options.Concurrency = concurrency;
                jobs.Handle<SumHandler>();
            });
        });
}

public sealed class When_jobs_are_waited_for_on_sqlite : JobWaitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_waited_for_on_postgres : JobWaitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_waited_for_in_one_file : JobWaitContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
