using System.Collections.Concurrent;
using Bus.Contracts.Images;
using Bus.Services.Images.Samples;
using Spectre.Console;

namespace Bus.Host.Demo;

/// <summary>Shows how the photos fare: a table that lives in a terminal, plain lines where the output goes to a file or pipe.</summary>
internal static class DemoDisplay
{
    public static Task<DemoOutcome[]> WatchAsync(IAnsiConsole console, IReadOnlyList<SamplePhoto> samples, Func<Action<DemoOutcome>, Task<DemoOutcome[]>> run) =>
        Console.IsOutputRedirected || !console.Profile.Capabilities.Ansi ? WatchLinesAsync(console, run) : WatchTableAsync(console, samples, run);

    public static void Report(IAnsiConsole console, IReadOnlyList<DemoOutcome> outcomes, TimeSpan took, string results)
    {
        var table = new Table().AddColumns("Photo", "What it is", "Outcome", "Result", "Bytes", "Work");
        foreach (var outcome in outcomes)
        {
            table.AddRow(
                Cell(outcome.Name),
                Cell(outcome.Sample.Shows),
                outcome.IsRight ? new Markup("[green]ready[/]") : new Markup($"[red]{Markup.Escape(outcome.Wrong ?? "nothing came out")}[/]"),
                Cell(outcome.Result is { } size ? $"{size.Width} x {size.Height}" : ""),
                Cell(outcome.Result is { } made ? $"{new FileInfo(outcome.Sample.Path).Length:N0} > {made.Bytes:N0}" : ""),
                Cell($"{outcome.View?.Steps.Sum(x => x.DurationMs) ?? 0} ms"));
        }

        if (Console.IsOutputRedirected)
        {
            // Nobody's terminal decides where a line ends.
            console.Profile.Width = 200;
        }

        console.Write(table);
        console.WriteLine($"{outcomes.Count(x => x.IsRight)} of {outcomes.Count} photos are ready and right, after {took.TotalSeconds:0.0} s.");
        console.WriteLine($"The results are in {results}");
    }

    private static async Task<DemoOutcome[]> WatchLinesAsync(IAnsiConsole console, Func<Action<DemoOutcome>, Task<DemoOutcome[]>> run)
    {
        var told = new ConcurrentDictionary<(string, string), string>();
        return await run(outcome =>
        {
            foreach (var step in outcome.View?.Steps.Where(x => x.Status is ImageStepStatus.Done or ImageStepStatus.Failed) ?? [])
            {
                if (told.TryAdd((outcome.Name, step.Name), step.Status))
                {
                    lock (told)
                    {
                        console.WriteLine($"{outcome.Name}: {step.Name} {step.Status} ({step.DurationMs} ms)");
                    }
                }
            }
        });
    }

    private static Task<DemoOutcome[]> WatchTableAsync(IAnsiConsole console, IReadOnlyList<SamplePhoto> samples, Func<Action<DemoOutcome>, Task<DemoOutcome[]>> run)
    {
        var table = new Table().AddColumns([.. ImageSteps.InOrder.Prepend("photo")]);
        var rows = samples.Select((x, i) => (x.Path, i)).ToDictionary(x => x.Path, x => x.i, StringComparer.Ordinal);
        foreach (var sample in samples)
        {
            table.AddRow([Cell(Path.GetFileName(sample.Path)), .. ImageSteps.InOrder.Select(_ => Cell(""))]);
        }

        return console.Live(table).StartAsync(live => run(outcome =>
        {
            lock (table)
            {
                foreach (var (step, column) in outcome.View?.Steps.Select((x, i) => (x, i + 1)) ?? [])
                {
                    table.UpdateCell(rows[outcome.Sample.Path], column, Sign(step.Status, step.DurationMs));
                }

                live.Refresh();
            }
        }));
    }

    private static Markup Sign(string status, int durationMs) => new(status switch
    {
        ImageStepStatus.Done => $"[green]{durationMs} ms[/]",
        ImageStepStatus.Failed => "[red]failed[/]",
        ImageStepStatus.Running => "[yellow]...[/]",
        _ => "",
    });

    private static Text Cell(string text) => new(text);
}
