using Bus.Host.Commands;
using Bus.Host.Startup;
using Bus.Services.Images.Samples;
using Microsoft.AspNetCore.Builder;
using Spectre.Console;

namespace Bus.Host.Demo;

/// <summary>
/// Sends sample photos through the real pipeline, has a job write a report of them, lets a job fail until its cause is mended, and places two orders, of which one is undone: the whole application in this process, entered by its HTTP
/// door. Ends well only if all of it came out as it must.
/// </summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Console;
        var folder = DemoFolder.Create(settings);
        // Settings that are wrong are said before anybody has waited.
        await using var app = BusHost.Build(settings, folder.Settings());
        console.WriteLine($"Rendering sample photos into {folder.Samples}");
        var samples = await SamplePhotos.RenderAsync(folder.Samples, cancellationToken);

        await BusHost.PrepareAsync(app, cancellationToken);
        await app.StartAsync(cancellationToken);
        using var client = DemoClient.Of(app);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        var outcomes = await DemoDisplay.WatchAsync(console, samples, show =>
            Task.WhenAll(samples.Select(sample => new DemoPhoto(client, sample, folder.Results, show).RunAsync(either.Token))));
        var took = clock.GetElapsedTime(started);
        DemoDisplay.Report(console, outcomes, took, folder.Results);
        var restIsRight = await RunRestAsync(console, client, outcomes, folder, either.Token);
        await app.StopAsync(CancellationToken.None);
        return restIsRight && outcomes.All(x => x.IsRight) ? CommandLine.Success : CommandLine.Failure;
    }

    private static async Task<bool> RunRestAsync(IAnsiConsole console, DemoClient client, IReadOnlyList<DemoOutcome> outcomes, DemoFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await new DemoReport(client, console, folder.Results).RunAsync(outcomes, cancellationToken) is { } report
                && await new DemoDelivery(client, console, folder.Deliveries).RunAsync(report, cancellationToken)
                && await new DemoShop(client, console, folder).RunAsync(cancellationToken);
        }
        catch (HttpRequestException error)
        {
            console.WriteLine($"The demonstration went wrong: {error.Message}");
            return false;
        }
    }
}
