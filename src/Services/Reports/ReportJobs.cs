using System.Text.Json;
using Bus.Jobs;

namespace Bus.Services.Reports;

/// <summary>A report is the job that writes it.</summary>
internal static class ReportJobs
{
    /// <summary>The job of a report; null when there is none, or the id is that of another job.</summary>
    public static async Task<JobSummary?> FindReportAsync(this IJobClient jobs, Guid id, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken) is { } job && job.Type == typeof(ExportReport).FullName ? job : null;

    /// <summary>The file of a report; null while there is none.</summary>
    public static ReportFile? FileOf(this JobSummary job) => job is { State: JobState.Succeeded, Result: { } result } ? JsonSerializer.Deserialize<ReportFile>(result, JsonSerializerOptions.Web) : null;
}
