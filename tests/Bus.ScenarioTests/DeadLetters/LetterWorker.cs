using Bus.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ScenarioTests.DeadLetters;

public sealed class LetterDbContext(DbContextOptions<LetterDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
}

/// <summary>A process with the public defaults that takes in dead letters until it is stopped. <c>--Create=true</c> makes the tables and ends; <c>--Replay=true</c> sends back what is open, in bulk, and each letter by itself too.</summary>
internal static class LetterWorker
{
    public const string Command = "letter-worker";

    public static async Task<int> RunAsync(string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory, DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<LetterDbContext>();
            bus.AddDeadLetters();
        });
        using var host = builder.Build();
        if (builder.Configuration["Create"] is not null)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<LetterDbContext>().Database.EnsureCreatedAsync();
            return 0;
        }

        await host.StartAsync();
        if (builder.Configuration["Replay"] is not null)
            await ReplayAsync(host.Services.GetRequiredService<IDeadLetters>());
        await host.WaitForShutdownAsync();
        return 0;
    }

    private static async Task ReplayAsync(IDeadLetters letters)
    {
        var open = await letters.ListAsync(new DeadLetterQuery { State = DeadLetterState.Open, Take = 1_000 });
        await letters.StartReplayAsync(new DeadLetterQuery());
        foreach (var letter in open.Letters)
            await letters.ReplayAsync(letter.Id);
    }
}
