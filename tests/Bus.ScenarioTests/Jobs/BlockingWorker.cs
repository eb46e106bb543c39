using System.Globalization;
using Bus.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.Jobs;

/// <summary>The arguments of a job that keeps its thread.</summary>
public sealed record Blocking(int Number, TimeSpan For);

public sealed class BlockingHandler : IJobHandler<Blocking>
{
    public Task RunAsync(Blocking arguments, JobRun run)
    {
        Console.WriteLine($"{BlockingWorker.Blocks}{arguments.Number}");
        using var never = new ManualResetEvent(false);
        never.WaitOne(arguments.For);
        return Task.CompletedTask;
    }
}

/// <summary>A process with the public defaults that runs <see cref="Blocking"/> jobs. <c>--Threads=N</c> are all that its pool ever has; <c>--Block=N</c> enqueues as many, of which
/// all run at once. Without, it runs none and only looks what has become of the others.</summary>
internal static class BlockingWorker
{
    public const string Command = "blocking-worker";
    public const string Blocks = "Blocks a thread: ";

    public static readonly TimeSpan For = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<JobDbContext>();
            bus.AddJobs(jobs => jobs.Options.Concurrency = Number(builder.Configuration, "Block") ?? 1);
            if (builder.Configuration["Block"] is not null)
                bus.AddJobs(jobs => jobs.Handle<BlockingHandler>());
        });
        using var host = builder.Build();
        await host.StartAsync();
        await Console.Out.WriteLineAsync(JobWorker.Started);
        if (Number(builder.Configuration, "Threads") is { } threads && !(ThreadPool.SetMinThreads(1, 1) && ThreadPool.SetMaxThreads(threads, threads)))
            throw new InvalidOperationException($"The pool cannot be bounded to {threads} threads.");
        for (var number = 0; number < (Number(builder.Configuration, "Block") ?? 0); number++)
            await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new Blocking(number, For));
        await host.WaitForShutdownAsync();
        return 0;
    }

    private static int? Number(ConfigurationManager configuration, string name) => int.TryParse(configuration[name], CultureInfo.InvariantCulture, out var number) ? number : null;
}
