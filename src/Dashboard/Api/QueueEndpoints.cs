using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/queues</c>.</summary>
internal static class QueueEndpoints
{
    public static void Map(RouteGroupBuilder queues)
    {
        queues.MapGet("/", ListAsync).Produces<QueueList>().WithName("ListQueues").WithSummary("The queues of jobs with what is in them, what became of it in the last hour, and whether the upkeep keeps up. Over 100,000 of one kind are not counted: then `countIsCapped`.");
        queues.MapGet("/{name}", ShowAsync).Produces<QueueView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetQueue").WithSummary("One queue. A slash in its name is written %2F.");
        queues.MapGet("/{name}/history", HistoryAsync).Produces<IReadOnlyList<StepView>>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("GetQueueHistory")
            .WithSummary("What became of its jobs, step by step: `from` and `to` an instant, by default the last hour; `step` as 00:01:00, whole minutes; `type` a whole name.");
        queues.MapPost("/{name}/pause", PauseAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("PauseQueue").WithSummary("Lets no more of its jobs begin. Those that run go on.");
        queues.MapPost("/{name}/resume", ResumeAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).WithName("ResumeQueue").WithSummary("Lets its jobs begin again.");
    }

    private static async Task<IResult> ListAsync(IJobOperations jobs, CancellationToken token) =>
        ApiJson.Answer(new QueueList([.. (await jobs.QueuesAsync(token)).Select(QueueView.Of)], (await jobs.UpkeepAsync(token)).Lag.TotalSeconds));

    private static async Task<IResult> ShowAsync(string name, IJobOperations jobs, CancellationToken token) =>
        (await jobs.QueuesAsync(token)).FirstOrDefault(queue => queue.Name == JobEndpoints.Whole(name)) is { } found ? ApiJson.Answer(QueueView.Of(found)) : ApiProblems.NoQueue(JobEndpoints.Whole(name));

    private static async Task<IResult> HistoryAsync(
        string name, IJobOperations jobs, CancellationToken token, DateTimeOffset? from = null, DateTimeOffset? to = null, TimeSpan? step = null, string? type = null)
    {
        var query = new JobHistoryQuery { Queue = JobEndpoints.Whole(name), Type = type, From = from, To = to };
        var steps = await jobs.HistoryAsync(step is { } length ? query with { Step = length } : query, token);
        return ApiJson.Answer(steps.Select(one => new StepView(one.From, TallyView.Of(one.Tally))).ToList());
    }

    private static async Task<IResult> PauseAsync(string name, IJobOperations jobs, CancellationToken token)
    {
        await jobs.PauseAsync(JobGroup.Queue, JobEndpoints.Whole(name), token);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ResumeAsync(string name, IJobOperations jobs, CancellationToken token) =>
        await jobs.ResumeAsync(JobGroup.Queue, JobEndpoints.Whole(name), token) ? TypedResults.NoContent() : ApiProblems.NotPaused();

    /// <summary>The queues, and by how many seconds the oldest job that is to be removed has outlived its time.</summary>
    internal sealed record QueueList(IReadOnlyList<QueueView> Queues, double UpkeepLagSeconds);

    /// <summary>What became of jobs in one step.</summary>
    internal sealed record StepView(DateTimeOffset From, TallyView Tally);
}
