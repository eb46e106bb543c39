using Bus.Host.Schema;
using Bus.Host.Startup;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Host.Commands;

/// <summary>Applies the schema scripts that the database lacks.</summary>
internal static class MigrateCommand
{
    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        await using var app = BusHost.Build(settings);
        var applied = await app.Services.GetRequiredService<SchemaMigrator>().ApplyAsync(cancellationToken);
        await Console.Out.WriteLineAsync(applied.Count == 0 ? "The schema is up to date." : $"Applied {string.Join(", ", applied)}.");
        return CommandLine.Success;
    }
}
