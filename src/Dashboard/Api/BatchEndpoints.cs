using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/batches</c>: batches of jobs.</summary>
internal static class BatchEndpoints
{
    public static void Map(RouteGroupBuilder batches)
    {
        batches.MapGet("/", ListAsync).Produces<IReadOnlyList<BatchView>>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("ListBatches")
            .WithSummary("The batches, the newest first; `state` is one of Open, Running, Done, `take` is 1 to 1,000, 100 by default, `before` the id of the last of a page to go on from.");
        batches.MapGet("/{id:guid}", ShowAsync).Produces<BatchView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetBatch").WithSummary("One batch; `jobs` is where its jobs are listed.");
        batches.MapPost("/{id:guid}/retry-failed", RetryAsync).Produces<RetryAnswer>().ProducesProblem(StatusCodes.Status404NotFound).WithName("RetryFailedJobsOfBatch")
            .WithSummary("Runs its dead jobs again with all attempts anew, and no others.");
        batches.MapPost("/{id:guid}/cancel", CancelAsync).Produces<BatchView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("CancelBatch")
            .WithSummary("Cancels its jobs that wait, asks those that run to stop, and closes it.");
        batches.MapPost("/{id:guid}/close", CloseAsync).Produces<BatchView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).WithName("CloseBatch")
            .WithSummary("Says that no more jobs come to it: for one whose enqueuer has died before it had added all.");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IJobOperations jobs, CancellationToken token, string? state = null, Guid? before = null, int take = 100)
    {
        var query = new JobBatchQuery { State = state is null ? null : JobEndpoints.Named<JobBatchState>(state), Before = before, Take = take };
        return ApiJson.Answer((await jobs.ListBatchesAsync(query, token)).Select(batch => View(batch, request)).ToList());
    }

    private static async Task<IResult> ShowAsync(Guid id, HttpRequest request, IJobOperations jobs, CancellationToken token) =>
        await jobs.FindBatchAsync(id, token) is { } batch ? ApiJson.Answer(View(batch, request)) : ApiProblems.NoBatch(id);

    private static async Task<IResult> RetryAsync(Guid id, HttpRequest request, IJobOperations jobs, CancellationToken token)
    {
        var retried = await jobs.RetryFailedAsync(id, token);
        return await jobs.FindBatchAsync(id, token) is { } batch ? ApiJson.Answer(new RetryAnswer(retried, View(batch, request))) : ApiProblems.NoBatch(id);
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpRequest request, IJobOperations jobs, CancellationToken token) =>
        await jobs.CancelBatchAsync(id, token) ? await ShowAsync(id, request, jobs, token) : ApiProblems.NoBatch(id);

    private static async Task<IResult> CloseAsync(Guid id, HttpRequest request, IJobOperations jobs, CancellationToken token)
    {
        if (await jobs.CloseBatchAsync(id, token))
            return await ShowAsync(id, request, jobs, token);
        return await jobs.FindBatchAsync(id, token) is null ? ApiProblems.NoBatch(id) : ApiProblems.BatchIsClosed(id);
    }

    private static BatchView View(JobBatchSummary batch, HttpRequest request) => new(batch, $"{request.PathBase}/api/jobs?batch={batch.Id:D}");

    /// <summary>A batch, and where its jobs are listed.</summary>
    internal sealed record BatchView(JobBatchSummary Batch, string Jobs);

    /// <summary>How many run again, and how the batch stands then.</summary>
    internal sealed record RetryAnswer(int Retried, BatchView Batch);
}
