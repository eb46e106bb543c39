using Spectre.Console;

namespace Bus.Host.Demo;

/// <summary>Delivers a report to a folder that is not there: the job fails, is tried again and is dead. Then the cause is mended and the job run again, as an operator would.</summary>
internal sealed class DemoDelivery(DemoClient client, IAnsiConsole console, string deliveries)
{
    /// <summary>Whether all went as it must.</summary>
    public async Task<bool> RunAsync(Guid report, CancellationToken cancellationToken)
    {
        console.WriteLine("Its delivery to a folder that is not there, by another job:");
        var id = await client.DeliverReportAsync(report, cancellationToken);
        var dead = await WatchAsync(id, cancellationToken);
        if (dead is not { State: "Dead", Attempts: > 1, Error: { } error })
            return Wrong($"it is {dead.State} after {dead.Attempts} attempts, and should be dead after several");
        console.WriteLine($"  {error}");

        Directory.CreateDirectory(deliveries);
        await client.RunAgainAsync(id, cancellationToken);
        console.WriteLine("  The folder is made, and the job is run again.");
        var done = await WatchAsync(id, cancellationToken);
        if (done.State != "Succeeded")
            return Wrong($"it is {done.State}, and should have succeeded: {done.Error}");
        var file = Path.Combine(deliveries, $"{report:N}.csv");
        if (!File.Exists(file))
            return Wrong($"'{file}' is not there");
        console.WriteLine($"  The report is delivered: {file}");
        return true;
    }

    // Until it has come to its end.
    private async Task<DemoJob> WatchAsync(Guid id, CancellationToken cancellationToken)
    {
        DemoJob? last = null;
        await foreach (var job in client.FollowJobAsync(id, cancellationToken))
        {
            last = job;
            console.WriteLine($"  delivery: {job.State}{(job.Attempts == 0 ? "" : $", failed attempts: {job.Attempts}")}");
        }

        return last!;
    }

    private bool Wrong(string what)
    {
        console.WriteLine($"  The delivery is wrong: {what}.");
        return false;
    }
}
