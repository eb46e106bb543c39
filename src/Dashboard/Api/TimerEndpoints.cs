using Bus.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/timers</c>: messages that wait for their time.</summary>
internal static class TimerEndpoints
{
    public static void Map(RouteGroupBuilder timers)
    {
        timers.MapGet("/", ListAsync).Produces<IReadOnlyList<PendingTimer>>().WithName("ListTimers")
            .WithSummary("Those that wait, the next due first; `destination` is a part of the address, `dueFrom` and `dueBefore` bound when they are due.");
        timers.MapGet("/count", async (ITimers all, CancellationToken token) => ApiJson.Answer(await all.CountAsync(token))).Produces<TimerCounts>().WithName("CountTimers").WithSummary("How many wait, are overdue, or were given up.");
        timers.MapGet("/{token:guid}", ShowAsync).Produces<PendingTimer>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetTimer").WithSummary("What waits under a token.");
        timers.MapDelete("/{token:guid}", CancelAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).WithName("CancelTimer")
            .WithSummary("Takes it away: after 204 it is never sent, after 404 it is on its way or gone.");
        timers.MapPost("/{token:guid}/reschedule", RescheduleAsync).Produces<PendingTimer>().ProducesProblem(StatusCodes.Status404NotFound).WithName("RescheduleTimer").WithSummary("Changes when it is due; the past means now.");
    }

    private static async Task<IResult> ListAsync(
        ITimers timers, CancellationToken cancellation, string? destination = null, DateTimeOffset? dueFrom = null, DateTimeOffset? dueBefore = null, int skip = 0, int take = 100) =>
        ApiJson.Answer(await timers.ListAsync(new TimerQuery { Destination = destination, DueFrom = dueFrom, DueBefore = dueBefore, Skip = skip, Take = take }, cancellation));

    private static async Task<IResult> ShowAsync(Guid token, ITimers timers, CancellationToken cancellation) =>
        await timers.FindAsync(token, cancellation) is { } timer ? ApiJson.Answer(timer) : ApiProblems.NoTimer(token);

    private static async Task<IResult> CancelAsync(Guid token, ITimers timers, CancellationToken cancellation) =>
        await timers.CancelAsync(token, cancellation) ? TypedResults.NoContent() : ApiProblems.NoTimer(token);

    private static async Task<IResult> RescheduleAsync(Guid token, HttpRequest request, ITimers timers, CancellationToken cancellation)
    {
        var asked = await ApiJson.ReadAsync<NewDue>(request, cancellation);
        if (!await timers.RescheduleAsync(token, asked.Due, cancellation))
            return ApiProblems.NoTimer(token);
        return await timers.FindAsync(token, cancellation) is { } timer ? ApiJson.Answer(timer) : TypedResults.NoContent();
    }

    /// <summary>When it is to be due.</summary>
    internal sealed record NewDue(DateTimeOffset Due);
}
