using System.Text;
using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/jobs/{id}/result</c>: what the handler has returned, by itself.</summary>
internal static class JobResults
{
    private const int LongestWait = 60;

    public static void Map(RouteGroupBuilder jobs) => jobs.MapGet("/{id:guid}/result", ResultAsync).Produces(StatusCodes.Status200OK, contentType: "application/json").Produces(StatusCodes.Status204NoContent)
        .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("GetJobResult")
        .WithSummary("What its handler has returned, as JSON with an ETag, or 204 when that is nothing; 409 until it has come to its end, for which `wait` waits, 0 to 60 seconds; 422 when it is dead or cancelled.");

    private static async Task<IResult> ResultAsync(Guid id, IJobClient client, IHostApplicationLifetime host, CancellationToken token, int wait = 0)
    {
        if (wait is < 0 or > LongestWait)
            throw new ArgumentOutOfRangeException(nameof(wait), wait, $"It must be between 0 and {LongestWait} seconds.");
        if (await client.FindAsync(id, token) is not { } job)
            return ApiProblems.NoJob(id);
        if (job.EndedAt is null && wait > 0)
        {
            await WaitAsync(id, client, TimeSpan.FromSeconds(wait), host.ApplicationStopping, token);
            job = await client.FindAsync(id, token) ?? job;
        }

        return job.State switch
        {
            JobState.Succeeded when job.Result is null => TypedResults.NoContent(),
            JobState.Succeeded => TypedResults.Bytes(Encoding.UTF8.GetBytes(job.Result), "application/json", entityTag: new EntityTagHeaderValue($"\"{job.ResultHash}\"")),
            JobState.Dead or JobState.Cancelled => ApiProblems.NoResult(job),
            _ => ApiProblems.JobStands(job, "Only a job that has succeeded has a result: ask again, or let `wait` wait for it."),
        };
    }

    // Until it has ended, or the time is over.
    private static async Task WaitAsync(Guid id, IJobClient client, TimeSpan time, CancellationToken stopping, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(time, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, token);
        try
        {
            await foreach (var _ in client.WatchAsync(id, afterLine: long.MaxValue, either.Token))
            {
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
        }
    }
}
