using System.Text.Json;
using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/jobs</c>.</summary>
internal static class JobEndpoints
{
    // All of a path that is left: the name of a queue may hold a slash.
    private const string Group = "/pauses/{what}/{**name}";

    public static void Map(RouteGroupBuilder jobs)
    {
        jobs.MapGet("/", ListAsync).Produces<IReadOnlyList<JobView>>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("ListJobs")
            .WithSummary("The jobs, the newest first, but Queued ones, unless of a batch or by a tag, the next to run first; `state` is one of Scheduled, Queued, Running, Succeeded, Retrying, Dead, Cancelled, Held, `type`, `queue`, `tenant` and `tag` are whole names, "
                + "`batch` is the id of one, `message` that of a message that a plain consumer handles, `take` is 1 to 1,000, 100 by default, `before` the id of the last of a page to go on from.");
        jobs.MapGet("/{id:guid}", ShowAsync).Produces<JobWithRuns>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetJob").WithSummary("One job with its runs that failed or were lost.");
        jobs.MapPatch("/{id:guid}", EditAsync).Produces<JobWithRuns>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("EditJob").WithSummary("Changes its priority, 0 to 9, until it has come to its end, its arguments while it waits or is dead, or both.");
        jobs.MapDelete("/{id:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).WithName("DeleteJob")
            .WithSummary("Removes it with its runs, unless it runs.");
        Act(jobs, "cancel", "CancelJob", "Cancels it: one that waits at once, one that runs as soon as its handler heeds it.", "Only a job that has not come to its end can be cancelled.",
            static (client, _, id, token) => client.CancelAsync(id, token));
        Act(jobs, "run-again", "RunJobAgain", "Runs it again with all attempts anew; one that waits for its time at once. 409 while another has its name.", "Only a job that has come to its end, or waits for its time, can be run again.",
            static (_, all, id, token) => all.RunAgainAsync(id, token));
        jobs.MapGet("/{id:guid}/log", LogAsync).Produces<IReadOnlyList<JobLogLine>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("GetJobLog")
            .WithSummary("What its handler has logged, the oldest first; `take` is 1 to 1,000, 1,000 by default, `after` the position of the last of a page to go on from.");
        JobEnqueueing.Map(jobs);
        JobResults.Map(jobs);
        JobEvents.Map(jobs);
        jobs.MapGet("/pauses", PausesAsync).Produces<IReadOnlyList<JobPause>>().WithName("ListJobPauses").WithSummary("What is paused.");
        jobs.MapPut(Group, PauseAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("PauseJobs")
            .WithSummary("Lets no more jobs of a group begin: `all`, or a `queue`, `type` or `tenant` by its name. Those that run go on.");
        jobs.MapDelete(Group, ResumeAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).WithName("ResumeJobs")
            .WithSummary("Lets jobs of a group begin again.");
    }

    private static void Act(RouteGroupBuilder group, string verb, string operation, string summary, string rule, Func<IJobClient, IJobOperations, Guid, CancellationToken, Task<bool>> act) =>
        group.MapPost($"/{{id:guid}}/{verb}", async (Guid id, IJobClient client, IJobOperations jobs, CancellationToken token) =>
            await act(client, jobs, id, token) ? await ShowAsync(id, client, jobs, token) : await RefuseAsync(id, rule, client, token))
            .Produces<JobWithRuns>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName(operation).WithSummary(summary);

    private static async Task<IResult> ListAsync(
        IJobOperations jobs, CancellationToken token, string? state = null, string? type = null, string? queue = null, string? tenant = null, string? tag = null, Guid? batch = null, Guid? message = null, Guid? before = null, int take = 100)
    {
        var query = new JobQuery { State = state is null ? null : Named<JobState>(state), Type = type, Queue = queue, Tenant = tenant, Tag = tag, Batch = batch, Message = message, Before = before, Take = take };
        return ApiJson.Answer((await jobs.ListAsync(query, token)).Select(JobView.Of).ToList());
    }

    private static async Task<IResult> ShowAsync(Guid id, IJobClient client, IJobOperations jobs, CancellationToken token) =>
        await client.FindAsync(id, token) is { } job ? ApiJson.Answer(new JobWithRuns(JobView.Of(job), await jobs.RunsAsync(id, token))) : ApiProblems.NoJob(id);

    private static async Task<IResult> LogAsync(Guid id, IJobClient client, IJobOperations jobs, CancellationToken token, long? after = null, int take = 1_000)
    {
        var lines = await jobs.LogAsync(id, after, take, token);
        return lines.Count > 0 || await client.FindAsync(id, token) is not null ? ApiJson.Answer(lines) : ApiProblems.NoJob(id);
    }

    private static async Task<IResult> EditAsync(Guid id, HttpRequest request, IJobClient client, IJobOperations jobs, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<JobEdit>(request, token);
        if (asked.Arguments is { } arguments)
        {
            return await jobs.EditAsync(id, arguments.GetRawText(), asked.Priority, token)
                ? await ShowAsync(id, client, jobs, token)
                : await RefuseAsync(id, "Only a job that waits or is dead can get other arguments.", client, token);
        }

        return await jobs.SetPriorityAsync(id, asked.Priority ?? throw new JsonException("Say what is to change: `priority`, `arguments`, or both."), token)
            ? await ShowAsync(id, client, jobs, token)
            : await RefuseAsync(id, "Only a job that has not come to its end has use for another priority.", client, token);
    }

    private static async Task<IResult> DeleteAsync(Guid id, IJobClient client, IJobOperations jobs, CancellationToken token) =>
        await jobs.DeleteAsync(id, token) ? TypedResults.NoContent() : await RefuseAsync(id, "A job that runs cannot be deleted: cancel it first.", client, token);

    private static async Task<IResult> PausesAsync(IJobOperations jobs, CancellationToken token) => ApiJson.Answer(await jobs.PausesAsync(token));

    // Of what is escaped only the slash is handed over as it came.
    internal static string Whole(string? name) => name?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) ?? "";

    private static async Task<IResult> PauseAsync(string what, IJobOperations jobs, CancellationToken token, string? name = null)
    {
        await jobs.PauseAsync(Named<JobGroup>(what), Whole(name), token);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ResumeAsync(string what, IJobOperations jobs, CancellationToken token, string? name = null) =>
        await jobs.ResumeAsync(Named<JobGroup>(what), Whole(name), token) ? TypedResults.NoContent() : ApiProblems.NotPaused();

    private static async Task<IResult> RefuseAsync(Guid id, string rule, IJobClient client, CancellationToken token) =>
        await client.FindAsync(id, token) is { } job ? ApiProblems.JobStands(job, rule) : ApiProblems.NoJob(id);

    // The framework binds an enum by its exact case only, and takes any number for one.
    internal static T Named<T>(string name)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, $"It must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>A job with its runs that failed or were lost.</summary>
    internal sealed record JobWithRuns(JobView Job, IReadOnlyList<JobRunSummary> Runs);

    /// <summary>What is to change; the arguments are replaced as a whole.</summary>
    internal sealed record JobEdit(int? Priority = null, JsonElement? Arguments = null);
}
