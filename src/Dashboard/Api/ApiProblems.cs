using System.Text.Json;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Scheduler;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Dashboard.Api;

/// <summary>What the caller did wrong, as problem+json.</summary>
internal static class ApiProblems
{
    public static ProblemHttpResult? Of(Exception exception) => exception switch
    {
        ScheduleException { IsNotFound: true } missing => Problem(StatusCodes.Status404NotFound, "There is no such schedule", missing.Message),
        ScheduleException refused => Problem(StatusCodes.Status422UnprocessableEntity, "The schedule is refused", refused.Message),
        JobException { IsConflict: true } conflict => Problem(StatusCodes.Status409Conflict, "It does not go together with another job", conflict.Message),
        JobException refused => Problem(StatusCodes.Status422UnprocessableEntity, "What is asked of jobs is refused", refused.Message),
        DeadLetterException refused => Problem(StatusCodes.Status422UnprocessableEntity, "What is asked of dead letters is refused", refused.Message),
        ArgumentOutOfRangeException range => Problem(StatusCodes.Status400BadRequest, "A value is out of range", range.Message),
        JsonException json => Problem(StatusCodes.Status400BadRequest, "The body is not what is expected", json.Message),
        _ => null,
    };

    public static ProblemHttpResult CrossSite() => Problem(
        StatusCodes.Status403Forbidden, "The request comes from another site", "A browser may change something here only from a page of this very address.");

    public static ProblemHttpResult Malformed() => Problem(
        StatusCodes.Status400BadRequest, "A value cannot be read", "Something in the path or the query is not of its kind: a number, an instant, an id or one of the names that are known.");

    public static ProblemHttpResult NoJob(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such job", $"No job has the id {id:D}: it was deleted, or never was.");

    public static ProblemHttpResult JobStands(JobSummary job, string rule) => Problem(StatusCodes.Status409Conflict, "The state of the job does not allow it", $"{rule} Job {job.Id:D} is {job.State}.");

    public static ProblemHttpResult NoResult(JobSummary job) => Problem(
        StatusCodes.Status422UnprocessableEntity, "The job has no result, and comes to none", $"Job {job.Id:D} is {job.State}: {job.Error}");

    public static ProblemHttpResult NoQueue(string name) => Problem(StatusCodes.Status404NotFound, "There is no such queue", $"No job is in the queue '{name}', none was in the last hour, and this process runs none of it.");

    public static ProblemHttpResult NoBatch(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such batch", $"No batch of jobs has the id {id:D}: it was removed with its jobs, or never was.");

    public static ProblemHttpResult BatchIsClosed(Guid id) => Problem(StatusCodes.Status409Conflict, "The batch is closed", $"No more jobs come to batch {id:D}: there is nothing to close.");

    public static ProblemHttpResult NotPaused() => Problem(StatusCodes.Status404NotFound, "It is not paused", "Nothing changes: jobs of this group begin unless they belong to another that is paused.");

    public static ProblemHttpResult NoTimer(Guid token) => Problem(
        StatusCodes.Status404NotFound, "No message waits under this token", $"What had the token {token:D} is on its way already, was cancelled, or never was.");

    public static ProblemHttpResult NoLetter(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such dead letter", $"No dead letter has the id {id:D}: it was closed long ago, or never was.");

    public static ProblemHttpResult NoLetterGroup(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such group", $"No dead letters have the cause {id:D}.");

    public static ProblemHttpResult NoLetterOperation(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such operation", $"No operation has the id {id:D}: it ended long ago, or never was.");

    public static ProblemHttpResult LetterStands(DeadLetterSummary letter) => Problem(
        StatusCodes.Status409Conflict, "The state of the dead letter does not allow it", $"Only an open letter, whose job if it is one is still dead, can be replayed or discarded. Dead letter {letter.Id:D} is {letter.State}.");

    public static ProblemHttpResult LetterOperationStands(DeadLetterOperation operation, string rule) => Problem(
        StatusCodes.Status409Conflict, "The state of the operation does not allow it", $"{rule} Operation {operation.Id:D} is {operation.State}.");

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);
}
