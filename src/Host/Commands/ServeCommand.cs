using Bus.Host.Startup;
using Microsoft.AspNetCore.Builder;

namespace Bus.Host.Commands;

/// <summary>Runs the process until it is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        await using var app = BusHost.Build(settings);
        await BusHost.PrepareAsync(app, cancellationToken);
        BusHost.SayWhatItRunsOn(app);
        await ((Microsoft.Extensions.Hosting.IHost)app).RunAsync(cancellationToken);
        return CommandLine.Success;
    }
}
