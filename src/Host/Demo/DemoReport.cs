using Spectre.Console;

namespace Bus.Host.Demo;

/// <summary>Exports a report of the photos, as a job that others can follow, and looks whether each photo is in it.</summary>
internal sealed class DemoReport(DemoClient client, IAnsiConsole console, string results)
{
    /// <summary>The report's id; null when it did not come out right, which has been said.</summary>
    public async Task<Guid?> RunAsync(IReadOnlyList<DemoOutcome> photos, CancellationToken cancellationToken)
    {
        console.WriteLine("A report of the photos, written by a job:");
        var id = await client.AskForReportAsync("images", cancellationToken);
        string? fileUrl = null;
        await foreach (var report in client.FollowReportAsync(id, cancellationToken))
        {
            console.WriteLine($"  report: {report.Status}, {report.Percent} %{(report.Note is null ? "" : $", {report.Note}")}{(report.Error is null ? "" : $": {report.Error}")}");
            fileUrl = report.FileUrl;
        }

        if (fileUrl is null)
            return null;
        var (bytes, _) = await client.DownloadAsync(fileUrl, cancellationToken);
        var path = Path.Combine(results, "images.csv");
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        var missing = photos.Count(photo => !lines.Any(line => line.Contains($",{photo.Name},", StringComparison.Ordinal)));
        console.WriteLine(missing == 0 && lines.Length == photos.Count + 1
            ? $"  The report has {lines.Length} lines: {path}"
            : $"  The report is wrong: {lines.Length} lines for {photos.Count} photos, of which {missing} are missing.");
        return missing == 0 && lines.Length == photos.Count + 1 ? id : null;
    }
}
