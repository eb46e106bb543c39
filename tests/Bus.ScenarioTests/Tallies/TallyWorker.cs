using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.Tallies;

/// <summary>
/// A process of its own that runs the tally saga with the public defaults, and publishes events once its queue is there: <c>--Tally=ID --Share=N</c>.
/// <c>--Create=true</c> makes the tables and ends; <c>--Missing=ID</c> publishes one event for an instance that does not exist.
/// </summary>
internal static class TallyWorker
{
    public const string Command = "tally-worker";
    public const string Sent = "The share is sent.";

    public static async Task<int> RunAsync(string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<TallyDbContext>();
            bus.Registration.AddSagaStateMachine<TallyMachine, Tally>().EntityFrameworkRepository(x => x.ExistingDbContext<TallyDbContext>());
        });
        using var host = builder.Build();
        if (builder.Configuration["Create"] is not null)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TallyDbContext>().Database.EnsureCreatedAsync();
            return 0;
        }

        await host.StartAsync();
        await PublishAsync(host.Services.GetRequiredService<IBus>(), builder.Configuration);
        await Console.Out.WriteLineAsync(Sent);
        await host.WaitForShutdownAsync();
        return 0;
    }

    private static async Task PublishAsync(IBus bus, ConfigurationManager settings)
    {
        if (Guid.TryParse(settings["Tally"], out var tally))
        {
            await Parallel.ForAsync(0, int.Parse(settings["Share"]!), async (_, token) => await bus.Publish(new TallyRaised(tally), token));
        }

        if (Guid.TryParse(settings["Missing"], out var missing))
        {
            await bus.Publish(new TallyChecked(missing));
        }
    }
}
