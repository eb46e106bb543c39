using Bus.Scheduler;
using Bus.Scheduler.Declaring;
using Bus.Scheduler.Firing;
using Bus.Scheduler.Timing;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Scheduler;

/// <summary>The one function that decides what a schedule does, looked at by random definitions and clocks that stand, run, jump and go back.</summary>
public sealed class When_instants_are_dealt_with
{
    private static readonly DateTimeOffset Start = new(2026, 3, 28, 22, 0, 0, TimeSpan.Zero);
    private static readonly int Samples = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1" ? 100_000 : 2_000;

    private static readonly Gen<ScheduleDefinition> Definitions = Gen.Select(
        OneOf("* * * * *", "*/7 * * * *", "30 2 * * *", "every 90s", "*/20 * * * * *"),
        OneOf("UTC", "Europe/Berlin"),
        Gen.Enum<MisfirePolicy>(),
        Gen.Enum<OverlapPolicy>(),
        Gen.Int[1, 5],
        OneOf<long?>(null, 1, 25),
        Gen.Int[0, 3]).Select((recurrence, zone, misfire, overlap, limit, most, jitter) => new ScheduleDefinition
        {
            Recurrence = recurrence,
            Zone = zone,
            Misfire = misfire,
            Overlap = overlap,
            CatchUpLimit = limit,
            MaxRuns = most,
            Jitter = TimeSpan.FromSeconds(jitter),
            RunTimeout = TimeSpan.FromMinutes(30),
            Destination = new Uri("queue:any"),
        });

    // How far the clock goes to the next look, in milliseconds, and whether the run that is active has ended by then.
    private static readonly Gen<(int Step, bool Ends)[]> Looks = Gen.Select(Gen.OneOf(Gen.Int[-5_000, 0], Gen.Int[1, 61_000], Gen.Int[60_000, 20_000_000]), Gen.Bool).Array[1, 60];

    [Fact]
    public void Should_deal_with_each_instant_once_in_order_and_never_early() => Gen.Select(Definitions, Looks).Sample(
        sample => Check(sample.Item1, sample.Item2), iter: Samples, print: sample => $"{ScheduleJson.Write(sample.Item1)} {string.Join(' ', sample.Item2)}");

    [Fact]
    public void Should_end_soon_after_a_year_of_every_second()
    {
        var planner = Planner(new ScheduleDefinition { Recurrence = "* * * * * *" }, out _, out _);
        var plan = planner.Plan(new ScheduleFacts(Start.ToUnixTimeMilliseconds(), 0), Start.AddYears(1).ToUnixTimeMilliseconds());
        // What was missed, the last of it, and the 61 of the last minute, which are on time still.
        Assert.Equal([RunOutcome.Missed, .. Enumerable.Repeat(RunOutcome.Fired, 62)], plan.Dealt.Select(run => run.Outcome));
        Assert.Equal(Start.AddYears(1).AddSeconds(1).ToUnixTimeMilliseconds(), plan.DueAt);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static bool Check(ScheduleDefinition definition, (int Step, bool Ends)[] looks)
    {
        var planner = Planner(definition, out var timing, out var jitter);
        var facts = new ScheduleFacts(Start.ToUnixTimeMilliseconds(), 0);
        List<long> fired = [];
        HashSet<long> dealt = [];
        var now = Start.ToUnixTimeMilliseconds();
        foreach (var (step, ends) in looks)
        {
            now += step;
            if (ends)
                facts = facts with { ActiveRun = null, ActiveSince = null };
            var before = facts;
            var plan = planner.Plan(facts, now);
            foreach (var run in plan.Dealt)
            {
                Assert.True(dealt.Add(run.PlannedAt), "dealt with twice");
                Assert.True(run.PlannedAt + jitter <= now || run.PlannedAt == before.WaitingAt, "early");
                if (run.Outcome == RunOutcome.Fired)
                    fired.Add(run.PlannedAt);
            }

            facts = plan.Facts;
            Assert.True(facts.LastAt >= before.LastAt, "went back");
            Assert.True(plan.NextAt is null || plan.NextAt > facts.LastAt, "the next is not after the last");
            Assert.True(plan.DueAt is not null || facts.Runs >= definition.MaxRuns, "stands still");
        }

        // All between the beginning and the last that was dealt with are accounted for: fired, skipped, waiting, or in the range of one that was missed.
        Assert.Equal(fired.Order(), fired);
        Assert.Equal(facts.Runs, fired.Count);
        Assert.True(definition.MaxRuns is null || facts.Runs <= definition.MaxRuns);
        if (definition is { Misfire: MisfirePolicy.CatchUp, Overlap: OverlapPolicy.Allow, CatchUpLimit: 5, MaxRuns: null } && looks.All(look => look.Step < 61_000))
            Assert.Equal(timing.Between(Start, DateTimeOffset.FromUnixTimeMilliseconds(facts.LastAt), 100_000).Select(instant => instant.ToUnixTimeMilliseconds()), fired);
        return true;
    }

    private static FiringPlanner Planner(ScheduleDefinition definition, out ScheduleTiming timing, out long jitter)
    {
        List<string> problems = [];
        Assert.True(ScheduleTiming.TryCreate(ScheduleCheck.TimingOf(definition), Start, problems, out var made), string.Join(' ', problems));
        timing = made!;
        var late = timing.JitterOf("name");
        jitter = (long)late.TotalMilliseconds;
        return new FiringPlanner(definition, timing, late);
    }
}
