using System.Globalization;
using Bus.Core.Faults;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.Jobs;

/// <summary>The arguments of a job.</summary>
public sealed record Work(int? Key, int Number);

public sealed record WorkDone(int? Key, int Number);

/// <summary>A row for each run that was committed.</summary>
public sealed class Worked
{
    public long Id { get; set; }

    public int? JobKey { get; set; }

    public int Number { get; set; }

    public long Run { get; set; }
}

/// <summary>A row for each time that the event of a job was handled.</summary>
public sealed class Heard
{
    public long Id { get; set; }

    public int? JobKey { get; set; }

    public int Number { get; set; }
}

/// <summary>A row for each time that a callback of a batch has run.</summary>
public sealed class Told
{
    public long Id { get; set; }

    public string What { get; set; } = "";
}

/// <summary>What a caller commits with its job.</summary>
public sealed class Placed
{
    public long Id { get; set; }

    public int Number { get; set; }
}

public sealed class JobDbContext(DbContextOptions<JobDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        var worked = modelBuilder.Entity<Worked>();
        worked.ToTable("worked");
        worked.Property(row => row.Id).HasColumnName("id");
        worked.Property(row => row.JobKey).HasColumnName("job_key");
        worked.Property(row => row.Number).HasColumnName("number");
        worked.Property(row => row.Run).HasColumnName("run");
        var heard = modelBuilder.Entity<Heard>();
        heard.ToTable("heard");
        heard.Property(row => row.Id).HasColumnName("id");
        heard.Property(row => row.JobKey).HasColumnName("job_key");
        heard.Property(row => row.Number).HasColumnName("number");
        var told = modelBuilder.Entity<Told>();
        told.ToTable("told");
        told.Property(row => row.Id).HasColumnName("id");
        told.Property(row => row.What).HasColumnName("what");
        var placed = modelBuilder.Entity<Placed>();
        placed.ToTable("placed");
        placed.Property(row => row.Id).HasColumnName("id");
        placed.Property(row => row.Number).HasColumnName("number");
    }
}

/// <summary>Takes up to 40 ms, and fails in one attempt of five, each time in the same ones: half of these when the row is already saved.</summary>
public sealed class WorkHandler(JobDbContext db, IPublishEndpoint events) : IJobHandler<Work>
{
    /// <summary>The number of a job that runs out of stack.</summary>
    public const int Recurses = -1;

    /// <summary>The number of a job that stays until that with the number 2 has had its effect.</summary>
    public const int Stays = -2;

    public async Task RunAsync(Work arguments, JobRun run)
    {
        if (arguments.Number == Recurses)
            Recurse(0);
        while (arguments.Number == Stays && !await db.Set<Worked>().AnyAsync(worked => worked.Number == 2, run.CancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, run.CancellationToken);
        var chance = Mix((uint)((((arguments.Key ?? 0) * 1000) + arguments.Number) * 100) + (uint)run.Attempt);
        db.Add(new Worked { JobKey = arguments.Key, Number = arguments.Number, Run = run.Number });
        await events.Publish(new WorkDone(arguments.Key, arguments.Number), run.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(chance / 10 % 40), TimeProvider.System, run.CancellationToken);
        if (chance % 5 != 0 || arguments.Number == Stays)
            return;
        if (chance % 2 == 0)
            await db.SaveChangesAsync(run.CancellationToken);
        throw new TimeoutException("This attempt is to fail.");
    }

    private static long Recurse(long depth) => Recurse(depth + 1) + depth;

    private static uint Mix(uint value)
    {
        value = (value ^ (value >> 16)) * 0x85EB_CA6B;
        value = (value ^ (value >> 13)) * 0xC2B2_AE35;
        return value ^ (value >> 16);
    }
}

/// <summary>The arguments of a callback.</summary>
public sealed record BatchNews(string What);

public sealed class BatchNewsHandler(JobDbContext db) : IJobHandler<BatchNews>
{
    public Task RunAsync(BatchNews arguments, JobRun run)
    {
        db.Add(new Told { What = arguments.What });
        return Task.CompletedTask;
    }
}

public sealed class WorkDoneConsumer(JobDbContext db) : IConsumer<WorkDone>
{
    public Task Consume(ConsumeContext<WorkDone> context)
    {
        FaultPoint.Reach(FaultPoints.BeforeWork);
        db.Add(new Heard { JobKey = context.Message.Key, Number = context.Message.Number });
        FaultPoint.Reach(FaultPoints.AfterWork);
        return Task.CompletedTask;
    }
}

/// <summary>
/// A process with the public defaults that runs jobs until it is stopped. <c>--Create=true</c> makes the tables and queues and ends; <c>--Enqueue=N</c> enqueues N one by one while it runs them, the odd ones with
/// one of five keys, and says of each that it is on disk. <c>--Batch=N</c> enqueues a batch of N. <c>--Charge=N</c> enqueues N jobs that have steps, <c>--Announce=N</c> N that only publish. <c>--Place=N</c> enqueues the same N, each with a row in a transaction of its own, and runs none.
/// <c>--Hear=false</c> lets another handle the events, <c>--Track=true</c> shows these as jobs. <c>--Places=N</c> runs N at once, <c>--Version</c> the jobs of <see cref="Versions"/> and no others. <c>--At=T</c> enqueues one for that time, in Unix milliseconds.
/// </summary>
internal static class JobWorker
{
    public const string Command = "job-worker";
    public const string Started = "Jobs are run.";
    public const string Enqueued = "Enqueued ";
    public const string Clock = "The clock says ";

    private const int Keys = 5;

    private static readonly RetrySchedule Rhythm = new() { MaxAttempts = 20, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(200), Jitter = Jitter.None };

    public static async Task<int> RunAsync(string[] settings)
    {
        using var host = Build(settings, runs: !settings.Any(setting => setting.StartsWith("--Place=", StringComparison.Ordinal)));
        var configuration = host.Services.GetRequiredService<IConfiguration>();
        if (configuration["Create"] is not null)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<JobDbContext>().Database.EnsureCreatedAsync();
            // With the queues: what is published before they are there would be nobody's.
            await host.StartAsync();
            await host.StopAsync();
            return 0;
        }

        await host.StartAsync();
        if (long.TryParse(configuration["At"], CultureInfo.InvariantCulture, out var at))
            await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new Work(null, 0), new EnqueueOptions { At = DateTimeOffset.FromUnixTimeMilliseconds(at) });
        await Console.Out.WriteLineAsync(Started);
        await Console.Out.WriteLineAsync($"{Clock}{TimeProvider.System.GetUtcNow():O}");
        if (int.TryParse(configuration["Enqueue"], CultureInfo.InvariantCulture, out var count))
            await EnqueueAsync(host.Services.GetRequiredService<IJobClient>(), count);
        if (int.TryParse(configuration["Batch"], CultureInfo.InvariantCulture, out var size))
            await EnqueueBatchAsync(host.Services.GetRequiredService<IJobClient>(), size);
        if (int.TryParse(configuration["Charge"], CultureInfo.InvariantCulture, out var charges))
            await host.Services.GetRequiredService<IJobClient>().EnqueueManyAsync(Enumerable.Range(0, charges).Select(number => new Charge(number)));
        if (int.TryParse(configuration["Announce"], CultureInfo.InvariantCulture, out var announced))
            await host.Services.GetRequiredService<IJobClient>().EnqueueManyAsync(Enumerable.Range(0, announced).Select(number => new Announce(number)));
        if (int.TryParse(configuration["Place"], CultureInfo.InvariantCulture, out var places))
            await PlaceAsync(host.Services, places);
        await host.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>A process on the same database and queues; without <paramref name="runs"/> it only enqueues and looks.</summary>
    public static IHost Build(string[] settings, bool runs)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<JobDbContext>();
            bus.AddJobs(jobs => jobs.Options.Concurrency = !runs ? 0 : int.TryParse(builder.Configuration["Places"], CultureInfo.InvariantCulture, out var places) ? places : jobs.Options.Concurrency);
            if (builder.Configuration["Version"] is { } version)
                bus.AddJobs(jobs => Versions.Handle(jobs, version));
            if (!runs || builder.Configuration["Version"] is not null)
                return;
            bus.AddJobs(jobs => jobs.Handle<WorkHandler>(options => options.Retry = Rhythm).Handle<BatchNewsHandler>().Handle<ChargeHandler>().Handle<AnnounceHandler>());
            if (builder.Configuration["Track"] is not null)
                bus.AddJobs(jobs => jobs.Track<WorkDoneConsumer>());
            if (builder.Configuration["Hear"] is null)
                bus.Registration.AddConsumer<WorkDoneConsumer>().Endpoint(endpoint => endpoint.Name = "work-done");
        });
        return builder.Build();
    }

    /// <summary>The odd ones have a key.</summary>
    public static Work Make(int number) => new(number % 2 == 0 ? null : number / 2 % Keys, number);

    public static EnqueueOptions Options(Work work) => new() { Key = work.Key is { } key ? $"key-{key}" : null };

    private static async Task EnqueueBatchAsync(IJobClient client, int size)
    {
        var callbacks = new JobBatchOptions { OnFirstFailure = new(new BatchNews("failed")), OnDone = new(new BatchNews("done")), OnSucceeded = new(new BatchNews("succeeded")) };
        await client.EnqueueBatchAsync("work", Enumerable.Range(0, size).Select(number => new Work(null, number)), callbacks);
        await Console.Out.WriteLineAsync($"{Enqueued}{size}");
    }

    private static async Task EnqueueAsync(IJobClient client, int count)
    {
        foreach (var work in Enumerable.Range(0, count).Select(Make))
        {
            await client.EnqueueAsync(work, Options(work));
            await Console.Out.WriteLineAsync($"{Enqueued}{work.Number}");
        }
    }

    private static async Task PlaceAsync(IServiceProvider services, int count)
    {
        foreach (var work in Enumerable.Range(0, count).Select(Make))
        {
            await using var scope = services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<JobDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new Placed { Number = work.Number });
            scope.ServiceProvider.GetRequiredService<IJobs>().Enqueue(work, Options(work));
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
            await Console.Out.WriteLineAsync($"{Enqueued}{work.Number}");
        }
    }
}
