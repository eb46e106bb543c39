using Bus.Core.Loops;
using Bus.Jobs;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Reports.Files;

/// <summary>Removes files whose report is not there any more, or never came to its end. Removing twice is harmless, so every process may do it.</summary>
internal sealed partial class ReportCleanup(ReportFolder folder, IJobClient jobs, TimeProvider clock, ILogger<ReportCleanup> logger) : BackgroundLoop(clock, Interval)
{
    /// <summary>Younger ones are left alone: the end of their job may be about to be committed.</summary>
    public static readonly TimeSpan Youngest = TimeSpan.FromHours(24);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var removed = await folder.SweepAsync(Youngest, async (report, hash) => await jobs.FindReportAsync(report, cancellationToken) is { } job && (!IsFinal(job) || job.FileOf()?.Hash == hash), cancellationToken);
        if (removed > 0)
            Cleaned(removed);
        return false;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    private static bool IsFinal(JobSummary job) => job.State is JobState.Succeeded or JobState.Dead or JobState.Cancelled;

    [LoggerMessage(1, LogLevel.Information, "Removed {Files} files of reports that are not kept any more")]
    private partial void Cleaned(int files);

    [LoggerMessage(2, LogLevel.Warning, "Files of reports could not be cleaned up; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}
