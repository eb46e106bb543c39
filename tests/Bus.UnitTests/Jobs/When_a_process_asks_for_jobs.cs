using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Jobs.Handling;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Polly;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>What a process wants of the table, by what it has heard, seen and has room for.</summary>
public sealed class When_a_process_asks_for_jobs
{
    private const int Room = 8;

    private readonly JobCatalog _catalog = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobPool _pool;

    public When_a_process_asks_for_jobs() => _pool = new JobPool(Room, _ => _release.Task, () => { }, type => _catalog.Find(type) is { IsLimited: true }, _ => null);

    [Fact]
    public void Should_ask_for_nothing_that_nobody_spoke_of()
    {
        Assert.True(Demand(["plain"]).Next().IsEmpty);
    }

    [Fact]
    public void Should_ask_a_queue_once_for_as_many_as_there_is_room_for()
    {
        var demand = Demand(["plain"]);
        demand.Hint("mail");
        var wishes = demand.Next();
        Assert.Equal([QueueClaim.Of("mail", Room)], wishes.Claims);
        Assert.Equal(["plain"], wishes.Types);
        Assert.True(demand.Next().IsEmpty);
    }

    [Fact]
    public void Should_ask_again_where_a_wish_was_filled_and_where_it_could_not_ask()
    {
        var demand = Demand(["plain"]);
        demand.Hint("mail");
        var wishes = demand.Next();
        demand.Got(wishes, Jobs("mail", Room - 1));
        Assert.True(demand.Next().IsEmpty);

        demand.Got(wishes, Jobs("mail", Room));
        wishes = demand.Next();
        Assert.Single(wishes.Claims);
        demand.Again(wishes);
        Assert.Single(demand.Next().Claims);
    }

    [Fact]
    public void Should_share_its_room_among_queues_and_let_each_be_first_in_turn()
    {
        var demand = Demand(["plain"]);
        HashSet<string> first = [];
        for (var turn = 0; turn < 3; turn++)
        {
            foreach (var queue in new[] { "a", "b", "c" })
                demand.Hint(queue);
            var claims = demand.Next().Claims;
            Assert.Equal([3, 3, 2], claims.Select(claim => claim.Limit));
            Assert.Equal(["a", "b", "c"], claims.Select(claim => claim.Queue).Order());
            first.Add(claims[0].Queue);
        }

        Assert.Equal(3, first.Count);
    }

    [Fact]
    public void Should_take_ahead_as_many_as_have_just_ended_twice_and_not_without_end()
    {
        var demand = Demand(["plain"]);
        demand.Hint("mail");
        demand.Ended(5);
        Assert.Equal(Room + 10, Assert.Single(demand.Next().Claims).Limit);
        demand.Hint("mail");
        demand.Ended(10_000);
        Assert.Equal(Room + 200, Assert.Single(demand.Next().Claims).Limit);
    }

    [Fact]
    public void Should_wait_with_its_wish_until_there_is_room()
    {
        var demand = Demand(["plain"]);
        _pool.Add(Jobs("mail", Room), Guid.Empty);
        demand.Hint("mail");
        Assert.True(demand.Next().IsEmpty);
        _release.SetResult();
        Assert.True(SpinWait.SpinUntil(() => _pool.Room == Room, TimeSpan.FromSeconds(10)), "The jobs did not end.");
        Assert.Equal(Room, Assert.Single(demand.Next().Claims).Limit);
    }

    [Fact]
    public void Should_not_ask_one_by_one_while_enough_wait_here()
    {
        var demand = Demand(["plain"]);
        _pool.Add(Jobs("mail", Room + 16), Guid.Empty);
        demand.Ended(10);
        demand.Hint("mail");
        // There is room for 4 of 20.
        Assert.True(demand.Next().IsEmpty);
        demand.Ended(14);
        // Now for 12 of 28, which is still not half.
        Assert.True(demand.Next().IsEmpty);
        demand.Ended(16);
        Assert.Equal(16, Assert.Single(demand.Next().Claims).Limit);
    }

    [Theory]
    [InlineData(JobGroup.All, "", "mail", "plain")]
    [InlineData(JobGroup.Queue, "mail", "mail", "plain")]
    [InlineData(JobGroup.Type, "plain", "mail", "plain")]
    public void Should_ask_for_nothing_that_is_paused_and_for_it_when_it_is_resumed(JobGroup what, string name, string queue, string type)
    {
        var demand = Demand([type]);
        demand.Hint(queue);
        demand.See([((int)what, name)]);
        Assert.True(demand.IsPaused(Jobs(queue, 1)[0]));
        Assert.Empty(demand.Next().Claims);

        // A look says where there are jobs, paused or not.
        demand.See([(JobDialect.QueueSeen, queue)]);
        Assert.False(demand.IsPaused(Jobs(queue, 1)[0]));
        Assert.Equal([QueueClaim.Of(queue, Room)], demand.Next().Claims);
    }

    [Fact]
    public void Should_ask_what_is_not_paused_although_something_else_is()
    {
        var demand = Demand(["plain", "other"]);
        demand.Hint("mail");
        demand.Hint("web");
        demand.See([((int)JobGroup.Queue, "web"), ((int)JobGroup.Type, "other")]);
        var wishes = demand.Next();
        Assert.Equal([QueueClaim.Of("mail", Room)], wishes.Claims);
        Assert.Equal(["plain"], wishes.Types);
    }

    [Fact]
    public void Should_let_tenants_take_turns_where_they_share_a_queue_and_go_on_after_the_last()
    {
        var demand = Demand(["plain"]);
        demand.Hint("web");
        demand.See([(JobDialect.QueueSeen, "mail"), (JobDialect.TenantsSeen, "mail")]);
        var wishes = demand.Next();
        Assert.Equal([("mail", ""), ("web", null)], wishes.Claims.Select(claim => (claim.Queue, claim.After)).OrderBy(claim => claim.Queue));

        // One is less than was asked for, and there may be more all the same.
        demand.Got(wishes, [Jobs("mail", 1)[0] with { Tenant = "b" }]);
        wishes = demand.Next();
        Assert.Equal(("mail", "b"), Assert.Single(wishes.Claims) is var claim ? (claim.Queue, claim.After) : default);
        demand.Got(wishes, []);
        Assert.True(demand.Next().IsEmpty);
    }

    [Fact]
    public void Should_leave_it_to_the_table_which_tenant_is_paused_and_let_none_of_its_jobs_begin()
    {
        var demand = Demand(["plain"]);
        demand.See([(JobDialect.QueueSeen, "mail"), ((int)JobGroup.Tenant, "b")]);
        Assert.Equal("", Assert.Single(demand.Next().Claims).After);
        Assert.True(demand.IsPaused(Jobs("mail", 1)[0] with { Tenant = "b" }));
        Assert.False(demand.IsPaused(Jobs("mail", 1)[0] with { Tenant = "a" }));
        Assert.False(demand.IsPaused(Jobs("mail", 1)[0]));
    }

    [Fact]
    public void Should_begin_what_it_got_in_turns()
    {
        ClaimedJob[] got = [.. "b3 b1 a5 -4 b2 a6".Split(' ').Select(job => Jobs("mail", 1)[0] with { Tenant = job[0] == '-' ? null : job[..1], Rank = job[1] })];
        List<ClaimedJob> jobs = [Jobs("other", 1)[0] with { Rank = 1_000 }, .. got];
        ClaimedJob.Sort(jobs, 1, "a");
        Assert.Equal(["b1", "-4", "a5", "b2", "a6", "b3"], jobs.Skip(1).Select(job => $"{job.Tenant ?? "-"}{(char)job.Rank}"));
        Assert.Equal("other", jobs[0].Queue);
    }

    [Fact]
    public void Should_leave_half_of_its_room_to_types_without_limits()
    {
        var demand = Demand(["plain"], limited: ["slow"]);
        demand.Hint("mail");
        var wishes = demand.Next();
        Assert.Equal([QueueClaim.Of("mail", Room)], wishes.Claims);
        Assert.Equal(("mail", "slow", Room / 2, 3), Assert.Single(wishes.Limited) is var claim ? (claim.Queue, claim.Type, claim.Limit, claim.Concurrency) : default);
        Assert.DoesNotContain("slow", wishes.Types);
    }

    [Fact]
    public void Should_use_all_of_its_room_for_types_with_limits_where_there_are_no_others()
    {
        var demand = Demand([], limited: ["slow"]);
        demand.Hint("mail");
        var wishes = demand.Next();
        Assert.Empty(wishes.Claims);
        Assert.Equal(Room, Assert.Single(wishes.Limited).Limit);
    }

    [Fact]
    public void Should_take_one_at_a_time_of_those_that_processes_died_of()
    {
        var demand = Demand(["plain"]);
        demand.See([(JobDialect.SuspectSeen, "mail"), (JobDialect.SuspectSeen, "web")]);
        Assert.Single(demand.Next().Claims, claim => claim == QueueClaim.OfSuspect(claim.Queue));

        _pool.Add([Jobs("mail", 1)[0] with { Crashes = QueueClaim.Suspect }], Guid.Empty);
        demand.See([(JobDialect.SuspectSeen, "web")]);
        Assert.True(demand.Next().IsEmpty);
    }

    [Fact]
    public void Should_not_ask_for_a_type_that_rests()
    {
        var demand = Demand(["plain", "other"]);
        _catalog.Find("plain")!.Rest.Open(TimeSpan.FromHours(1));
        demand.Hint("mail");
        Assert.Equal(["other"], demand.Next().Types);
    }

    [Fact]
    public void Should_ask_for_one_to_try_when_a_circuit_was_open_elsewhere_and_for_no_other_until_it_has_succeeded()
    {
        var demand = Demand(["plain"]);
        var rest = _catalog.Find("plain")!.Rest;
        demand.See([(JobDialect.QueueSeen, "mail"), (JobDialect.RestSeen, "60000:plain")]);
        Assert.True(demand.Next().IsEmpty);
        Assert.True(rest.KeepsBack(Guid.NewGuid()));

        demand.See([(JobDialect.QueueSeen, "mail"), (JobDialect.RestSeen, "-1:plain")]);
        var wishes = demand.Next();
        Assert.Empty(wishes.Claims);
        Assert.Equal(("plain", 1, true), Assert.Single(wishes.Limited) is var claim ? (claim.Type, claim.Limit, claim.IsProbe) : default);
        var tried = Guid.NewGuid();
        demand.Got(wishes, new LimitedOutcome([], [], [new JobProbe(tried, "plain", 1, 2)]));
        demand.Hint("mail");
        Assert.True(demand.Next().IsEmpty);
        Assert.False(rest.KeepsBack(tried));
        Assert.False(rest.Succeed(Guid.NewGuid()));
        Assert.True(rest.Succeed(tried));
        Assert.Equal(new RestChange.Closed(1), rest.TakeUntold());
        demand.Hint("mail");
        Assert.Equal([QueueClaim.Of("mail", Room)], demand.Next().Claims);
    }

    [Fact]
    public void Should_tell_once_of_a_circuit_that_many_runs_find_open_and_again_when_the_one_that_was_tried_does()
    {
        Demand(["plain"]);
        var rest = _catalog.Find("plain")!.Rest;
        for (var run = 0; run < 10; run++)
            rest.Open(TimeSpan.FromHours(1));
        Assert.Equal(new RestChange.Opened(3_600_000), rest.TakeUntold());
        rest.Open(TimeSpan.FromHours(1));
        Assert.Null(rest.TakeUntold());

        var tried = Guid.NewGuid();
        rest.Try(new JobProbe(tried, "plain", 1, 2));
        rest.Open(TimeSpan.FromHours(1));
        rest.End(tried);
        Assert.Equal(new RestChange.Opened(3_600_000), rest.TakeUntold());

        rest.Try(new JobProbe(tried, "plain", 1, 2));
        rest.End(tried);
        Assert.Equal(new RestChange.Untold(1, 2), rest.TakeUntold());
        Assert.True(rest.IsDoubted);
    }

    [Fact]
    public void Should_take_ahead_of_a_type_whose_limits_are_far_and_not_when_they_have_come_near()
    {
        var demand = Demand([], limited: ["slow"]);
        demand.Hint("mail");
        demand.Ended(5);
        var wishes = demand.Next();
        Assert.Equal((Room, false), Assert.Single(wishes.Limited) is var near ? (near.Limit, near.IsAhead) : default);
        demand.Got(wishes, new LimitedOutcome([], ["slow"], []));
        demand.Hint("mail");
        wishes = demand.Next();
        Assert.Equal((Room + 10, true), Assert.Single(wishes.Limited) is var far ? (far.Limit, far.IsAhead) : default);

        // Nothing was taken: it is asked for again as there is room.
        demand.Got(wishes, LimitedOutcome.Nothing);
        Assert.Equal((Room, false), Assert.Single(demand.Next().Limited) is var again ? (again.Limit, again.IsAhead) : default);
    }

    private static List<ClaimedJob> Jobs(string queue, int count) => [.. Enumerable.Range(0, count).Select(number => new ClaimedJob(Guid.NewGuid(), "plain", [], 1, 0, 0, number, 0, null, null, queue, null, 0, 4))];

    private JobDemand Demand(string[] free, string[]? limited = null)
    {
        foreach (var (name, concurrency, arguments) in free.Select(name => (name, (int?)null, name == "other" ? typeof(short) : typeof(byte))).Concat((limited ?? []).Select(name => (name, (int?)3, typeof(int)))))
        {
            _catalog.Add(new JobType(
                name, arguments, "default", new RecoverabilityPolicy(ErrorClassifier.Default, RetrySchedule.None, TimeSpan.MaxValue, TimeSpan.FromDays(1)), null, TimeSpan.Zero, concurrency, null, ResiliencePipeline.Empty, (_, _, _) => Task.FromResult<object?>(null)));
        }

        return new JobDemand(_catalog, new JobsOptions { Concurrency = Room }, _pool);
    }
}
