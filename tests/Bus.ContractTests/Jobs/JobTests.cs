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

public sealed record Sum(int Left, int Right, string Mode = "");

/// <summary>What the handlers of one test saw, and how they should behave.</summary>
public sealed class JobScript
{
    public ConcurrentQueue<(Sum Arguments, int Attempt)> Runs { get; } = new();

    public Func<Sum, JobRun, Task> Act { get; set; } = (_, _) => Task.CompletedTask;
}

/// <summary>Touches no database unless its arguments say so.</summary>
public sealed class SumHandler(JobScript script, IServiceProvider scope) : IJobHandler<Sum, int>
{
    public async Task<int> RunAsync(Sum arguments, JobRun run)
    {
        script.Runs.Enqueue((arguments, run.Attempt));
        if (arguments.Mode.Contains("publish", StringComparison.Ordinal))
            await scope.GetRequiredService<IPublishEndpoint>().Publish(new Note(arguments.Left));
        if (arguments.Mode.Contains("enqueue", StringComparison.Ordinal))
            scope.GetRequiredService<IJobs>().Enqueue(new Sum(arguments.Left, -1));
        if (arguments.Mode.Contains("save", StringComparison.Ordinal))
        {
            var db = scope.GetRequiredService<OutboxDb>();
            db.Add(new Entry { Number = arguments.Left });
            if (arguments.Mode.Contains("saves", StringComparison.Ordinal))
                await db.SaveChangesAsync();
        }

        await script.Act(arguments, run);
        return arguments.Left + arguments.Right;
    }
}

public sealed record Ping;

public sealed class PingHandler : IJobHandler<Ping, string>
{
    public Task<string> RunAsync(Ping arguments, JobRun run) => Task.FromResult("pong");
}

/// <summary>What the tests of jobs share: one handler, whose behaviour each test scripts.</summary>
public abstract class JobTests : DatabaseContract
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected JobScript Script { get; } = new();

    protected static IJobClient Client(OutboxService service) => service.Services.GetRequiredService<IJobClient>();

    protected static async Task<JobSummary> FindAsync(OutboxService service, Guid id) => await Client(service).FindAsync(id) ?? throw new InvalidOperationException($"There is no job {id}.");

    protected static async Task<int> ResultAsync(OutboxService service, Guid id)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        return await Client(service).ResultAsync<int>(id, limit.Token);
    }

    protected Task<OutboxService> StartAsync(int concurrency = 4, Action<JobTypeOptions>? configure = null, Action<JobsOptions>? options = null, Action<JobsBuilder>? more = null) => OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
    {
        registration.AddSingleton(Script);
        registration.AddJobs<OutboxDb>(jobs =>
        {
            jobs.Options.Concurrency = concurrency;
            options?.Invoke(jobs.Options);
            jobs.Handle<PingHandler>();
            jobs.Handle<SumHandler>(type =>
            {
                type.Retry = new RetrySchedule { MaxAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(50) };
                configure?.Invoke(type);
            });
            more?.Invoke(jobs);
        });
    });

    protected static IJobOperations Operations(OutboxService service) => service.Services.GetRequiredService<IJobOperations>();

    protected static Task UntilAsync(OutboxService service, Guid id, JobState state) => Eventually.AssertAsync(async () => (await FindAsync(service, id)).State == state, Patience);
}
