using Bus.Jobs;
using Bus.Services.Reports.Files;
using Microsoft.Extensions.Options;

namespace Bus.Services.Reports;

/// <summary>Copies a report to where it is wanted. To do it twice is to write the same file again.</summary>
internal sealed class DeliverReportHandler(ReportFolder folder, IJobClient jobs, IOptions<ReportOptions> options) : IJobHandler<DeliverReport, string>
{
    public async Task<string> RunAsync(DeliverReport delivery, JobRun run)
    {
        var file = await jobs.FindReportAsync(delivery.Report, run.CancellationToken) is { } job ? job.FileOf() : null;
        if (file is null)
            throw new NotSupportedException($"There is no report {delivery.Report:D} that is ready: only such a one can be delivered.");
        var target = options.Value.DeliveryFolder;
        if (!Directory.Exists(target))
            throw new DirectoryNotFoundException($"The folder '{target}' is not there. Make or mount it, or name another in `{ReportOptions.Section}:{nameof(ReportOptions.DeliverTo)}`; then run the job again.");
        return await folder.CopyAsync(delivery.Report, file.Hash, Path.Combine(target, $"{delivery.Report:N}.csv"), run.CancellationToken);
    }
}
