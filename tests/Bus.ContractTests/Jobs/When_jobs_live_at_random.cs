using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>
/// Jobs beside a model of their states and lines: while all are paused, jobs with and without keys are enqueued, cancelled, run again and deleted; then they run until nothing moves, and what ran, in which order
/// of each key, and what became of each is compared.
/// </summary>
public sealed class When_jobs_live_at_random
{
    private static readonly int Samples = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1" ? 500 : 12;

    private static readonly Gen<Deed[][]> Phases = Gen.Select(
        Gen.Int[0, 7].Select(chance => chance < 4 ? Verb.Enqueue : chance < 6 ? Verb.Cancel : chance < 7 ? Verb.RunAgain : Verb.Delete), Gen.Int[0, 30], Gen.Int[0, 3], Gen.Int[0, 4], Gen.Bool,
        (verb, which, key, outcome, skips) => new Deed(verb, which, key, outcome == 0, skips)).Array[1, 12].Array[1, 5];

    private enum Verb
    {
        Enqueue,
        Cancel,
        RunAgain,
        Delete,
    }

    [Fact]
    public async Task Should_be_and_do_what_the_model_says()
    {
        await using var database = await TestDatabase.SqliteAsync();
        var script = new JobScript { Act = (sum, _) => sum.Right == 1 ? throw new NotSupportedException("It is told to.") : Task.CompletedTask };
        await using var service = await OutboxService.StartAsync<PlainConsumer>(database, bus: registration =>
        {
            registration.AddSingleton(script);
            registration.AddJobs<OutboxDb>(jobs => jobs.Handle<SumHandler>(options => options.Retry = RetrySchedule.None));
        });
        await Phases.SampleAsync(phases => CheckAsync(service, script, phases), iter: Samples, threads: 1, print: phases => string.Join(" | ", phases.Select(deeds => string.Join("; ", deeds.Select(deed => deed.ToString())))));
    }

    private static async Task CheckAsync(OutboxService service, JobScript script, Deed[][] phases)
    {
        var (client, operations) = (service.Services.GetRequiredService<IJobClient>(), service.Services.GetRequiredService<IJobOperations>());
        await service.QueryAsync(async db => await db.Set<JobLineRow>().ExecuteDeleteAsync() + await db.Set<JobRow>().ExecuteDeleteAsync() + await db.Set<JobRunRow>().ExecuteDeleteAsync());
        var model = new Model();
        foreach (var deeds in phases)
        {
            script.Runs.Clear();
            await operations.PauseAsync(JobGroup.All);
            foreach (var deed in deeds)
                await DoAsync(client, operations, model, deed);
            await operations.ResumeAsync(JobGroup.All);
            var ran = model.Run();
            await Eventually.AssertAsync(
                async () =>
                {
                    var states = await service.QueryAsync(db => db.Set<JobRow>().AsNoTracking().ToDictionaryAsync(row => row.Id, row => (JobState)row.State));
                    Assert.Equal(model.Jobs.OrderBy(job => job.Id).Select(job => (job.Id, job.State)), states.OrderBy(row => row.Key).Select(row => (row.Key, row.Value)));
                    return true;
                },
                TimeSpan.FromSeconds(20));
            Assert.Equal(ran.Select(job => job.Number).Order(), script.Runs.Select(run => run.Arguments.Left).Order());
            foreach (var line in ran.Where(job => job.Key is not null).GroupBy(job => job.Key))
                Assert.Equal(line.Select(job => job.Number), script.Runs.Select(run => run.Arguments.Left).Where(number => line.Any(job => job.Number == number)));
            Assert.Equal(model.Lines, await service.QueryAsync(db => db.Set<JobLineRow>().CountAsync()));
        }
    }

    private static async Task DoAsync(IJobClient client, IJobOperations operations, Model model, Deed deed)
    {
        if (deed.Verb == Verb.Enqueue || model.Jobs.Count == 0)
        {
            var key = deed.Key == 0 ? null : $"key {deed.Key}";
            var number = model.NextNumber;
            var id = await client.EnqueueAsync(new Sum(number, deed.Fails ? 1 : 0), new EnqueueOptions { Key = key, KeyPolicy = deed.Skips ? JobKeyPolicy.Skip : JobKeyPolicy.Park });
            model.Enqueue(new ModelJob(id, number, key, deed.Fails, deed.Skips));
            return;
        }

        var job = model.Jobs[deed.Which % model.Jobs.Count];
        var (expected, actual) = deed.Verb switch
        {
            Verb.Cancel => (model.Cancel(job), await client.CancelAsync(job.Id)),
            Verb.RunAgain => (model.RunAgain(job), await operations.RunAgainAsync(job.Id)),
            _ => (model.Delete(job), await operations.DeleteAsync(job.Id)),
        };
        Assert.Equal(expected, actual);
    }

    private sealed record Deed(Verb Verb, int Which, int Key, bool Fails, bool Skips);

    private sealed class ModelJob(Guid id, int number, string? key, bool fails, bool skips)
    {
        public Guid Id => id;

        public int Number => number;

        public string? Key => key;

        public bool Fails => fails;

        public bool Skips => skips;

        /// <summary>Queued stands for held, too: which of them it is follows from its line.</summary>
        public JobState State { get; set; } = JobState.Queued;
    }

    /// <summary>What jobs are said to do: the state of each, and a line for each key.</summary>
    private sealed class Model
    {
        private readonly Dictionary<string, List<ModelJob>> _lines = [];

        public List<ModelJob> Jobs { get; } = [];

        public int NextNumber { get; private set; }

        public int Lines => _lines.Values.Sum(line => line.Count);

        public void Enqueue(ModelJob job)
        {
            NextNumber++;
            Jobs.Add(job);
            Line(job)?.Add(job);
        }

        public bool Cancel(ModelJob job)
        {
            if (job.State is JobState.Succeeded or JobState.Cancelled || (job.State == JobState.Dead && Line(job)?.Contains(job) != true))
                return false;
            job.State = JobState.Cancelled;
            Line(job)?.Remove(job);
            return true;
        }

        public bool RunAgain(ModelJob job)
        {
            if (job.State is JobState.Queued or JobState.Held)
                return false;
            job.State = JobState.Queued;
            if (Line(job) is { } line && !line.Contains(job))
                line.Add(job);
            return true;
        }

        public bool Delete(ModelJob job)
        {
            Line(job)?.Remove(job);
            return Jobs.Remove(job);
        }

        /// <returns>What runs until nothing moves, those of a key in order.</returns>
        public List<ModelJob> Run()
        {
            List<ModelJob> ran = [];
            foreach (var job in Jobs.Where(job => job.Key is null && job.State == JobState.Queued))
                ran.Add(End(job));
            foreach (var line in _lines.Values)
            {
                while (line.Count > 0 && line[0].State is JobState.Queued or JobState.Held)
                {
                    var job = End(line[0]);
                    ran.Add(job);
                    if (job.State == JobState.Succeeded || job.Skips)
                        line.RemoveAt(0);
                }

                foreach (var job in line.Skip(1))
                    job.State = JobState.Held;
            }

            return ran;
        }

        private static ModelJob End(ModelJob job)
        {
            job.State = job.Fails ? JobState.Dead : JobState.Succeeded;
            return job;
        }

        private List<ModelJob>? Line(ModelJob job)
        {
            if (job.Key is not { } key)
                return null;
            if (!_lines.TryGetValue(key, out var line))
                _lines.Add(key, line = []);
            return line;
        }
    }
}
