using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Services.Reports.Http;

/// <summary>The API's errors, as problem+json (RFC 9457).</summary>
internal static class ReportProblems
{
    public static ProblemHttpResult Malformed(string detail) => Problem(StatusCodes.Status400BadRequest, "The report cannot be asked for like this", detail);

    public static ProblemHttpResult Refused(string detail) => Problem(StatusCodes.Status422UnprocessableEntity, "The report is refused", detail);

    public static ProblemHttpResult NotFound(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such report", $"No report has the id {id:D}: it is not kept any more, or never was.");

    public static ProblemHttpResult NotReady(ReportView report) => Problem(
        StatusCodes.Status409Conflict, "The report is not ready", $"Report {report.Id:D} is {report.Status}. {report.Error ?? $"Ask again once {ReportEndpoints.Root}/{report.Id:D} says ready."}");

    public static ProblemHttpResult Gone(Guid id) => Problem(
        StatusCodes.Status404NotFound, "The file is missing", $"Report {id:D} is ready but its file is not in this process's folder. All processes must use one `{ReportOptions.DataFolderKey}`.");

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);
}
