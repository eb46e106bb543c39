using System.Globalization;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>
/// Four processes run the jobs of 50 keys, of which one attempt in five fails. They are killed and made to stand still while they do; the effects of each key are there once, in the order in which its jobs were
/// enqueued. The short form has 20 jobs a key and 6 kills; the long one 200 a key, 50 kills and 10 stands of three leases.
/// </summary>
public sealed class When_processes_on_jobs_die
{
    private const int Keys = 50;

    /// <summary>Of so many deaths a job is dead itself, and is run again here.</summary>
    private const int MostCrashes = 3;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";
    private static readonly (int PerKey, int Kills, int Stands) Size = IsLong ? (200, 50, 10) : (20, 6, 0);
    private static readonly TimeSpan Stand = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private int _runAgain;

    [Fact]
    public async Task Should_run_those_of_each_key_once_and_in_order_in_a_folder()
    {
        await using var scenario = await JobScenario.InFolderAsync();
        await SweepAsync(scenario);
    }

    [Fact]
    public async Task Should_run_those_of_each_key_once_and_in_order_on_RabbitMq_and_PostgreSql()
    {
        await using var scenario = await JobScenario.OnServersAsync();
        await SweepAsync(scenario);
    }

    private async Task SweepAsync(JobScenario scenario)
    {
        var workers = Enumerable.Range(0, 4).Select(_ => scenario.Start()).ToArray();
        foreach (var worker in workers)
            await worker.WaitForLineAsync(JobWorker.Started, TimeSpan.FromMinutes(1));

        using var host = JobWorker.Build(scenario.Settings, runs: false);
        await host.StartAsync();
        try
        {
            await SweepAsync(scenario, workers, host.Services.GetRequiredService<IJobClient>(), host.Services.GetRequiredService<IJobOperations>());
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private async Task SweepAsync(JobScenario scenario, ChildProcess[] workers, IJobClient client, IJobOperations operations)
    {
        var random = new Random(20_261_207);
        var all = Keys * Size.PerKey;
        var events = Enumerable.Repeat(false, Size.Kills).Concat(Enumerable.Repeat(true, Size.Stands)).OrderBy(_ => random.Next()).ToList();
        List<Task> stands = [];

        // The even keys have their jobs from the beginning; the odd ones get them bit by bit, so that a key runs dry and begins again among the deaths.
        var early = EnqueueAsync(client, key => key % 2 == 0, 0, Size.PerKey);
        var late = Task.CompletedTask;
        for (var step = 0; step <= events.Count; step++)
        {
            await late;
            late = EnqueueAsync(client, key => key % 2 == 1, Part(Size.PerKey, step, events.Count), Part(Size.PerKey, step + 1, events.Count));
            var goal = Part(all, step, events.Count);
            await WaitAsync(scenario, operations, $"{goal} were not run", async () => await scenario.CountAsync("worked") >= goal);
            if (step == events.Count)
                break;
            var victim = random.Next(workers.Length);
            if (events[step])
                stands.Add(StandAsync(workers[victim]));
            else
                await workers[victim].KillAsync();
            workers[victim] = scenario.Start();
        }

        await Task.WhenAll([early, late, .. stands]);
        await WaitAsync(scenario, operations, $"{all} were not run once and in order", async () => await scenario.DoneAsync() == JobScenario.Once(all));
        // Nor does one that was taken for dead add anything.
        Assert.Equal(JobScenario.Once(all), await Eventually.SettleAsync(scenario.DoneAsync, TimeSpan.FromSeconds(2)));
        Assert.All(workers, worker => Assert.False(worker.HasExited));
        TestContext.Current.TestOutputHelper?.WriteLine($"{all} jobs of {Keys} keys, 0 lost, 0 doubled, 0 out of order, {Size.Kills} kills, {Size.Stands} stands, {_runAgain} run again by hand.");
    }

    private static int Part(int all, int step, int events) => all * step / (events + 1);

    // One by one within each key. The file may be locked for as long as a process stands: then it is asked again, under the same name.
    private static Task EnqueueAsync(IJobClient client, Func<int, bool> which, int from, int to) =>
        Parallel.ForEachAsync(Enumerable.Range(0, Keys).Where(which), new ParallelOptions { MaxDegreeOfParallelism = Keys }, async (key, token) =>
        {
            for (var number = from; number < to; number++)
            {
                var work = new Work(key, number);
                var options = JobWorker.Options(work) with { KeyPolicy = JobKeyPolicy.Park, IdempotencyKey = $"{key}/{number}" };
                await Eventually.AssertAsync(async () => await client.EnqueueAsync(work, options, token) != Guid.Empty, Patience);
            }
        });

    private async Task WaitAsync(JobScenario scenario, IJobOperations operations, string failure, Func<Task<bool>> condition)
    {
        try
        {
            await Eventually.AssertAsync(
                async () =>
                {
                    await RunDeadAgainAsync(operations);
                    return await condition();
                },
                Patience);
        }
        catch (InvalidOperationException late)
        {
            throw new InvalidOperationException($"{failure}: {await scenario.DoneAsync()}.\n{scenario.Output()}", late);
        }
    }

    private async Task RunDeadAgainAsync(IJobOperations operations)
    {
        foreach (var job in await operations.ListAsync(new JobQuery { State = JobState.Dead, Take = 1000 }))
        {
            Assert.True(job.Crashes >= MostCrashes, $"Job {job.Id} {job.Arguments} is dead, and not of its processes' deaths: {job.Error}");
            if (await operations.RunAgainAsync(job.Id))
                _runAgain++;
        }
    }

    private static async Task StandAsync(ChildProcess process)
    {
        await SignalAsync(process, "-STOP");
        await Task.Delay(Stand, TimeProvider.System);
        await SignalAsync(process, "-CONT");
    }

    private static async Task SignalAsync(ChildProcess process, string signal)
    {
        await using var kill = ChildProcess.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
