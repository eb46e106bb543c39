using System.Globalization;
using Bus.Persistence;
using Bus.Scheduler;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.Schedules;

public sealed record Tick(int Number);

/// <summary>A row for each time that a message was handled.</summary>
public sealed class Ticked
{
    public long Id { get; set; }

    public string Schedule { get; set; } = "";

    public long PlannedAt { get; set; }
}

public sealed class ScheduleDbContext(DbContextOptions<ScheduleDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        var ticked = modelBuilder.Entity<Ticked>();
        ticked.ToTable("ticked");
        ticked.Property(row => row.Id).HasColumnName("id");
        ticked.Property(row => row.Schedule).HasColumnName("schedule");
        ticked.Property(row => row.PlannedAt).HasColumnName("planned_at");
    }
}

public sealed class TickConsumer(ScheduleDbContext db) : IConsumer<Tick>
{
    public Task Consume(ConsumeContext<Tick> context)
    {
        var run = context.ScheduledRun()!;
        db.Add(new Ticked { Schedule = run.Schedule, PlannedAt = run.PlannedAt.ToUnixTimeMilliseconds() });
        return Task.CompletedTask;
    }
}

/// <summary>
/// A process with the public defaults that declares schedules, one a second each, and fires and handles them until it is stopped. <c>--Create=true</c> makes the tables, declares, and ends; <c>--Schedules=N</c> is how many,
/// <c>--From</c> and <c>--Until</c> bound them, in Unix seconds.
/// </summary>
internal static class ScheduleWorker
{
    public const string Command = "schedule-worker";
    public const string Started = "Schedules are served.";

    public static async Task<int> RunAsync(string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<ScheduleDbContext>();
            bus.Registration.AddConsumer<TickConsumer>().Endpoint(endpoint => endpoint.Name = "tick");
            bus.AddSchedules(schedules => Declare(schedules, builder.Configuration));
        });
        using var host = builder.Build();
        if (builder.Configuration["Create"] is not null)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ScheduleDbContext>().Database.EnsureCreatedAsync();
            // Declared before their first instant, or it would not be one.
            await host.StartAsync();
            await Eventually.AssertAsync(async () => (await scope.ServiceProvider.GetRequiredService<ISchedules>().ListAsync(new ScheduleQuery { Take = 1000 })).Count >= Number(builder.Configuration["Schedules"]), TimeSpan.FromMinutes(1));
            await host.StopAsync();
            return 0;
        }

        await host.StartAsync();
        await Console.Out.WriteLineAsync(Started);
        await host.WaitForShutdownAsync();
        return 0;
    }

    private static void Declare(SchedulesBuilder schedules, ConfigurationManager settings)
    {
        for (var number = 0; number < Number(settings["Schedules"]); number++)
        {
            schedules.Every($"tick-{number}", Cron.EverySecond(), new Tick(number), schedule => schedule with
            {
                Start = DateTimeOffset.FromUnixTimeSeconds(Number(settings["From"])),
                End = DateTimeOffset.FromUnixTimeSeconds(Number(settings["Until"])),
                Misfire = MisfirePolicy.CatchUp,
                CatchUpLimit = 1000,
            });
        }
    }

    private static long Number(string? text) => text is null ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
}
