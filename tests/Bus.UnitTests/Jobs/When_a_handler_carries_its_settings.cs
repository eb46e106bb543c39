using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Jobs.Handling;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>What <c>[Job]</c> says, and what is said in code.</summary>
public sealed class When_a_handler_carries_its_settings
{
    private readonly JobCatalog _catalog = new();

    [Fact]
    public void Should_have_them_all()
    {
        var type = Handle<Full>("full");
        Assert.Equal(("slow", TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(30), 3_600_000L, 2), (type.Queue, type.Timeout, type.StallAfter, type.KeepFor, type.Concurrency));
        Assert.Equal(new RetrySchedule { MaxAttempts = 3, Strategy = BackoffStrategy.Incremental, Jitter = Jitter.None, FirstDelay = TimeSpan.FromSeconds(5), MaxDelay = TimeSpan.FromMinutes(1) }, type.Retry);
    }

    [Fact]
    public void Should_have_the_defaults_for_what_they_do_not_say()
    {
        var (said, plain) = (Handle<Named>("named"), Handle<Plain>("plain"));
        Assert.Equal((plain.Queue, plain.Timeout, plain.StallAfter, plain.KeepFor, plain.Concurrency, plain.Retry), (said.Queue, said.Timeout, said.StallAfter, said.KeepFor, said.Concurrency, said.Retry));
        Assert.Equal(0, Handle<ForEver>("for ever").KeepFor);
    }

    [Fact]
    public void Should_give_way_to_what_is_said_in_code()
    {
        var type = Handle<Full>("other", options =>
        {
            Assert.Equal("slow", options.Queue);
            (options.Name, options.Queue, options.Timeout, options.Retry) = ("other", "quick", null, options.Retry with { MaxAttempts = 7 });
        });
        Assert.Equal(("quick", null, 7, TimeSpan.FromSeconds(5), 2), (type.Queue, type.Timeout, type.Retry.MaxAttempts, type.Retry.FirstDelay, type.Concurrency));
    }

    [Fact]
    public void Should_be_refused_where_they_cannot_be()
    {
        Assert.Contains("`MaxAttempts` of the `[Job]` of `Negative`", Refused<Negative>(), StringComparison.Ordinal);
        Assert.Contains("`TimeoutSeconds` of the `[Job]` of `Endless`", Refused<Endless>(), StringComparison.Ordinal);
        Assert.Contains("`StallAfter` of `Plain` must be more than zero", Refused<Plain>(type => type.StallAfter = TimeSpan.Zero), StringComparison.Ordinal);
        Assert.Contains("StallAfter", Refused<Together>(), StringComparison.Ordinal);
    }

    private string Refused<THandler>(Action<JobTypeOptions>? configure = null)
        where THandler : class => Assert.Throws<JobException>(() => Handle<THandler>("", configure)).Message;

    private JobType Handle<THandler>(string name, Action<JobTypeOptions>? configure = null)
        where THandler : class
    {
        new JobsBuilder(new ServiceCollection(), _catalog, new JobsOptions()).Handle<THandler>(configure ?? (options => options.Name ??= name));
        return _catalog.Find(name)!;
    }

    private sealed record A;

    private sealed record B;

    private sealed record C;

    private sealed record D;

    [Job(Name = "full", Queue = "slow", MaxAttempts = 3, Backoff = BackoffStrategy.Incremental, Jitter = Jitter.None, FirstDelaySeconds = 5, MaxDelaySeconds = 60, TimeoutSeconds = 90, StallAfterSeconds = 30, KeepForSeconds = 3_600, Concurrency = 2)]
    private sealed class Full : Handler<A>;

    [Job(Name = "named")]
    private sealed class Named : Handler<B>;

    private sealed class Plain : Handler<C>;

    [Job(KeepForSeconds = -1)]
    private sealed class ForEver : Handler<D>;

    [Job(MaxAttempts = -1)]
    private sealed class Negative : Handler<A>;

    [Job(TimeoutSeconds = double.PositiveInfinity)]
    private sealed class Endless : Handler<A>;

    [Job(StallAfterSeconds = 1)]
    private sealed class Together : IJobBatchHandler<A>
    {
        public Task RunAsync(IReadOnlyList<JobItem<A>> items, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private abstract class Handler<T> : IJobHandler<T>
        where T : class
    {
        public Task RunAsync(T arguments, JobRun run) => Task.CompletedTask;
    }
}
