using Bus.Jobs;
using Bus.Services.Reports.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Bus.Services.Reports.Http;

/// <summary>The API of reports.</summary>
public static class ReportEndpoints
{
    internal const string Root = "/api/reports";

    /// <summary>Maps <c>/api/reports</c>. Needs <see cref="ReportRegistration.AddReports"/> and jobs, and <c>AddProblemDetails</c> for the framework's own errors.</summary>
    public static IEndpointRouteBuilder MapReports(this IEndpointRouteBuilder app)
    {
        var reports = app.MapGroup(Root).WithTags("Reports");
        reports.MapPost("/", AskAsync).Produces<ReportAccepted>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithName("AskForReport").WithSummary("Ask for a report of a `kind`, `images`, `from` and `to` an instant. Answers at once; a job writes it.");
        reports.MapGet("/{id:guid}", ShowAsync).Produces<ReportView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetReport").WithSummary("How far a report is.");
        reports.MapGet("/{id:guid}/file", DownloadAsync).Produces(StatusCodes.Status200OK, null, "text/csv").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithName("GetReportFile").WithSummary("The file, once it is ready.");
        reports.MapPost("/{id:guid}/deliveries", DeliverAsync).Produces<ReportAccepted>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithName("DeliverReport").WithSummary("Put a copy of the file into the folder of `Bus:Reports:DeliverTo`. Answers at once; a job does it, and tries again.");
        return app;
    }

    private static async Task<IResult> AskAsync(
        ReportRequest asked, IJobClient jobs, IEnumerable<IReportSource> sources, TimeProvider clock, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var kinds = sources.Select(source => source.Kind).ToList();
        if (asked.Kind is null || !kinds.Contains(asked.Kind, StringComparer.Ordinal))
            return ReportProblems.Malformed($"`kind` must be one of {string.Join(", ", kinds)}, but is {(asked.Kind is null ? "missing" : $"'{asked.Kind}'")}.");
        if (asked.To <= asked.From)
            return ReportProblems.Malformed($"`from` must be before `to`, but {asked.From:O} is not before {asked.To:O}.");
        // With a key the same request is the same job: no clock may make it another.
        var until = asked.To ?? (idempotencyKey is null ? clock.GetUtcNow() : DateTimeOffset.MaxValue);
        try
        {
            var report = new ExportReport(asked.Kind, asked.From ?? DateTimeOffset.UnixEpoch, until);
            var id = await jobs.EnqueueAsync(report, new EnqueueOptions { Queue = ReportRegistration.Queue, IdempotencyKey = idempotencyKey }, cancellationToken);
            return TypedResults.Accepted($"{Root}/{id:D}", new ReportAccepted(id, $"/api/jobs/{id:D}/events"));
        }
        catch (JobException refused)
        {
            return ReportProblems.Refused(refused.Message);
        }
    }

    private static async Task<IResult> ShowAsync(Guid id, IJobClient jobs, CancellationToken cancellationToken) =>
        await jobs.FindReportAsync(id, cancellationToken) is { } job ? TypedResults.Ok(ReportView.Of(job)) : ReportProblems.NotFound(id);

    private static async Task<IResult> DownloadAsync(Guid id, HttpResponse response, IJobClient jobs, ReportFolder folder, CancellationToken cancellationToken)
    {
        if (await jobs.FindReportAsync(id, cancellationToken) is not { } job)
            return ReportProblems.NotFound(id);
        if (job.FileOf() is not { } file)
            return ReportProblems.NotReady(ReportView.Of(job));
        if (folder.Open(id, file.Hash) is not { } content)
            return ReportProblems.Gone(id);
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(content, "text/csv", $"report-{id:N}.csv", entityTag: new EntityTagHeaderValue($"\"{file.Hash}\""), enableRangeProcessing: true);
    }

    private static async Task<IResult> DeliverAsync(Guid id, IJobClient jobs, CancellationToken cancellationToken)
    {
        if (await jobs.FindReportAsync(id, cancellationToken) is not { } job)
            return ReportProblems.NotFound(id);
        if (job.FileOf() is null)
            return ReportProblems.NotReady(ReportView.Of(job));
        var delivery = await jobs.EnqueueAsync(new DeliverReport(id), new EnqueueOptions { Queue = ReportRegistration.Queue }, cancellationToken);
        return TypedResults.Accepted($"/api/jobs/{delivery:D}", new ReportAccepted(delivery, $"/api/jobs/{delivery:D}/events"));
    }
}
