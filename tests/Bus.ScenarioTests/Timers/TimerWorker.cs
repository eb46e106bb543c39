using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.Timers;

public sealed record Ring(int Number);

/// <summary>A row for each time that a message was handled.</summary>
public sealed class Rung
{
    public int Id { get; set; }

    public int Number { get; set; }
}

public sealed class TimerDbContext(DbContextOptions<TimerDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.Entity<Rung>().ToTable("rung").Property(row => row.Number).HasColumnName("number");
    }
}

public sealed class RingConsumer(TimerDbContext db, IConfiguration settings) : IConsumer<Ring>
{
    public Task Consume(ConsumeContext<Ring> context)
    {
        if (settings["Fail"] is not null && context.GetRedeliveryCount() == 0)
            throw new TimeoutException("The first time it is to fail.");
        db.Add(new Rung { Number = context.Message.Number });
        return Task.CompletedTask;
    }
}

/// <summary>
/// A process with the public defaults that fires timers until it is stopped. <c>--Create=true</c> makes the tables and ends; <c>--Schedule=N</c> schedules N, due from some seconds on, one each 10 ms;
/// <c>--Fail=true</c> lets each fail until it is redelivered.
/// </summary>
internal static class TimerWorker
{
    public const string Command = "timer-worker";
    public const string Scheduled = "All are scheduled.";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<TimerDbContext>();
            bus.Registration.AddConsumer<RingConsumer>().Endpoint(endpoint => endpoint.Name = "ring");
        });
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        if (builder.Configuration["Create"] is not null)
        {
            await scope.ServiceProvider.GetRequiredService<TimerDbContext>().Database.EnsureCreatedAsync();
            return 0;
        }

        await host.StartAsync();
        if (int.TryParse(builder.Configuration["Schedule"], out var count))
        {
            await ScheduleAsync(scope.ServiceProvider, count);
            await Console.Out.WriteLineAsync(Scheduled);
        }

        await host.WaitForShutdownAsync();
        return 0;
    }

    private static async Task ScheduleAsync(IServiceProvider services, int count)
    {
        var first = TimeProvider.System.GetUtcNow().UtcDateTime + Soon;
        for (var number = 0; number < count; number++)
            await services.GetRequiredService<IMessageScheduler>().ScheduleSend(new Uri("queue:ring"), first.AddMilliseconds(10 * number), new Ring(number));
        await services.GetRequiredService<TimerDbContext>().SaveChangesAsync();
    }
}
