using System.Globalization;
using Bus.Jobs;
using Bus.Services.Reports.Files;
using Microsoft.Extensions.Options;

namespace Bus.Services.Reports;

/// <summary>Writes a report in chunks and says how far it is. The file is on disk before the job's end is; one whose end is never written is swept.</summary>
internal sealed class ExportReportHandler(IEnumerable<IReportSource> sources, ReportFolder folder, IOptions<ReportOptions> options) : IJobHandler<ExportReport, ReportFile>
{
    public async Task<ReportFile> RunAsync(ExportReport report, JobRun run)
    {
        var source = sources.FirstOrDefault(one => one.Kind == report.Kind)
            ?? throw new NotSupportedException($"There is no report of '{report.Kind}' in this process. There is one of: {string.Join(", ", sources.Select(one => one.Kind))}.");
        var count = await source.CountAsync(report.From, report.To, run.CancellationToken);
        return await folder.SaveAsync(run.JobId, file => WriteAsync(file, source, count, report, run), run.CancellationToken);
    }

    private async Task WriteAsync(CsvWriter file, IReportSource source, int count, ExportReport report, JobRun run)
    {
        await file.WriteAsync(source.Columns);
        var written = 0;
        await foreach (var chunk in source.ReadAsync(report.From, report.To, options.Value.ChunkRows, run.CancellationToken))
        {
            foreach (var row in chunk)
                await file.WriteAsync(row);
            written += chunk.Count;
            // Some may have come since they were counted.
            count = Math.Max(count, written);
            await run.ReportAsync((int)(written * 100L / count), string.Create(CultureInfo.InvariantCulture, $"{written} of {count} {report.Kind}"));
        }
    }
}
