using Bus.Jobs;

namespace Bus.Services.Reports.Http;

/// <summary>A report as the API shows it.</summary>
/// <param name="Id">The report, and the job that writes it.</param>
/// <param name="Status"><c>waiting</c>, <c>running</c>, <c>ready</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Percent">How much of it is written.</param>
/// <param name="Note">How far it is in words; null when nothing was said yet.</param>
/// <param name="Lines">Lines of the file, the headings included; null until it is ready.</param>
/// <param name="Bytes">Length of the file; null until it is ready.</param>
/// <param name="FileUrl">Where the file is; null until it is ready.</param>
/// <param name="EventsUrl">Where the progress comes as server-sent events.</param>
/// <param name="Error">Why its last attempt failed; null if none did.</param>
public sealed record ReportView(Guid Id, string Status, int Percent, string? Note, long? Lines, long? Bytes, string? FileUrl, string EventsUrl, string? Error)
{
    /// <summary>The status of a report that can be fetched.</summary>
    public const string Ready = "ready";

    internal static ReportView Of(JobSummary job)
    {
        var file = job.FileOf();
        return new ReportView(
            job.Id,
            job.State switch { JobState.Succeeded => Ready, JobState.Dead => "failed", JobState.Cancelled => "cancelled", JobState.Running => "running", _ => "waiting" },
            file is null ? job.Progress ?? 0 : 100,
            job.Note,
            file?.Lines,
            file?.Bytes,
            file is null ? null : $"{ReportEndpoints.Root}/{job.Id:D}/file",
            $"/api/jobs/{job.Id:D}/events",
            // What stands behind the first line is where in the code it happened.
            job.Error?.Split('\n')[0].TrimEnd());
    }
}
