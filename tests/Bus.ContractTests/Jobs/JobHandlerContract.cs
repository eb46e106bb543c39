using System.Net;
using System.Net.Http.Headers;
using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.CircuitBreaker;
using Xunit;

namespace Bus.ContractTests.Jobs;

public sealed record Odd(string How);

/// <summary>A result that cannot be written: it holds itself.</summary>
public sealed class Circle
{
    public Circle Self => this;
}

public sealed class OddHandler(OutboxDb db) : IJobHandler<Odd, object?>
{
    public Task<object?> RunAsync(Odd arguments, JobRun run)
    {
        db.Add(new Entry { Number = 1 });
        return Task.FromResult<object?>(arguments.How == "circle" ? new Circle() : null);
    }
}

public sealed record Unbuilt;

public sealed class UnbuiltHandler : IJobHandler<Unbuilt>
{
    public UnbuiltHandler() => throw new InvalidOperationException("The file of settings is missing.");

    public Task RunAsync(Unbuilt arguments, JobRun run) => Task.CompletedTask;
}

public sealed record Unknown(int Number);

/// <summary>What handlers do that they should not, and what those behind them do: each ends in a state that says so, and the jobs of others run.</summary>
public abstract class JobHandlerContract : JobTests
{
    [Fact]
    public async Task Should_be_dead_when_its_handler_cannot_be_made()
    {
        await using var service = await StartOddAsync();
        var id = await Client(service).EnqueueAsync(new Unbuilt());
        await UntilAsync(service, id, JobState.Dead);
        var job = await FindAsync(service, id);
        Assert.Contains("The file of settings is missing.", job.Error, StringComparison.Ordinal);
        Assert.Equal(2, job.Attempts);
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2))));
    }

    [Fact]
    public async Task Should_be_dead_at_once_with_nothing_kept_when_its_result_cannot_be_written()
    {
        await using var service = await StartOddAsync();
        var id = await Client(service).EnqueueAsync(new Odd("circle"));
        await UntilAsync(service, id, JobState.Dead);
        var job = await FindAsync(service, id);
        Assert.Contains("cannot be written as JSON", job.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), (job.Attempts, await service.QueryAsync(db => db.Entries.CountAsync())));
    }

    [Fact]
    public async Task Should_succeed_without_a_result_when_its_handler_returns_null()
    {
        await using var service = await StartOddAsync();
        var id = await Client(service).EnqueueAsync(new Odd("null"));
        await UntilAsync(service, id, JobState.Succeeded);
        Assert.Null((await FindAsync(service, id)).Result);
        Assert.Equal(1, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_wait_where_no_process_knows_its_type()
    {
        await using var service = await StartOddAsync();
        var id = await Client(service).EnqueueAsync(new Unknown(1));
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2))));
        Assert.Equal((JobState.Queued, 0), ((await FindAsync(service, id)).State, (await FindAsync(service, id)).Attempts));
        Assert.True(await Client(service).CancelAsync(id));
    }

    [Fact]
    public async Task Should_let_others_run_while_it_ignores_its_cancellation()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (sum, run) =>
        {
            if (sum.Left == 7)
                await release.Task;
        };
        await using var service = await StartOddAsync();
        var deaf = await Client(service).EnqueueAsync(new Sum(7, 0));
        await UntilAsync(service, deaf, JobState.Running);
        Assert.True(await Client(service).CancelAsync(deaf));
        Assert.Equal(3, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(1, 2))));
        Assert.Equal(JobState.Running, (await FindAsync(service, deaf)).State);
        release.SetResult();
        // What it has done is done: that it was asked to stop changes nothing.
        await UntilAsync(service, deaf, JobState.Succeeded);
    }

    [Fact]
    public async Task Should_come_later_without_spending_an_attempt_when_it_is_asked_to()
    {
        var asked = 0;
        Script.Act = (_, _) =>
        {
            if (Interlocked.Increment(ref asked) > 5)
                return Task.CompletedTask;
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
            answer.ThrowUnlessSuccess();
            return Task.CompletedTask;
        };
        await using var service = await StartOddAsync();
        var id = await Client(service).EnqueueAsync(new Sum(20, 22));
        Assert.Equal(42, await ResultAsync(service, id));
        Assert.Equal((6, 0), (asked, (await FindAsync(service, id)).Attempts));
    }

    [Fact]
    public async Task Should_rest_while_a_circuit_is_open_and_try_one_when_it_may_close()
    {
        var (called, isBack) = (0, false);
        var circuit = new ResiliencePipelineBuilder().AddCircuitBreaker(new CircuitBreakerStrategyOptions { MinimumThroughput = 2, BreakDuration = TimeSpan.FromMilliseconds(500) }).Build();
        Script.Act = async (_, run) => await run.Resilience.ExecuteAsync(
            _ =>
            {
                Interlocked.Increment(ref called);
                return Volatile.Read(ref isBack) ? ValueTask.CompletedTask : throw new TimeoutException("It is away.");
            },
            run.CancellationToken);
        await using var service = await StartOddAsync(configure: options => options.Resilience = circuit);
        var ids = await Client(service).EnqueueManyAsync(Enumerable.Range(0, 30).Select(number => new Sum(number, 0)));
        // Without the rest all of them would have spent their two attempts by then.
        await Eventually.AssertAsync(() => Volatile.Read(ref called) >= 6, Patience);
        Volatile.Write(ref isBack, true);
        Assert.InRange(called, 6, 20);
        await Eventually.AssertAsync(async () => await service.QueryAsync(db => db.Set<JobRow>().AllAsync(row => row.EndedAt != null)), Patience);
        // Those that called it while it was away may be dead, and no other is.
        Assert.InRange(await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.State == (int)JobState.Succeeded)), ids.Count - (20 / 2), ids.Count);
    }

    private Task<OutboxService> StartOddAsync(int concurrency = 4, Action<JobTypeOptions>? configure = null) => OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
    {
        registration.AddSingleton(Script);
        registration.AddJobs<OutboxDb>(jobs =>
        {
            jobs.Options.Concurrency = concurrency;
            jobs.Handle<OddHandler>();
            jobs.Handle<UnbuiltHandler>(options => options.Retry = Twice);
            jobs.Handle<SumHandler>(options =>
            {
                options.Retry = Twice;
                configure?.Invoke(options);
            });
        });
    });

    private static RetrySchedule Twice => new() { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(20) };
}
