using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/jobs/{id}/events</c>: a job as it goes on, as server-sent events. Nothing is gathered for a reader who is slow: the next look waits for him.</summary>
internal static class JobEvents
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(15);

    public static void Map(RouteGroupBuilder jobs) => jobs.MapGet("/{id:guid}/events", FollowAsync).Produces(StatusCodes.Status200OK, contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound)
        .WithName("FollowJob").WithSummary("Server-sent events until it has come to its end: `state` when its state, progress or note changes, `log` for each line, whose id `Last-Event-ID` goes on from, and at last `ended`.");

    private static async Task<IResult> FollowAsync(Guid id, HttpRequest request, IJobClient client, IHostApplicationLifetime host, CancellationToken token)
    {
        if (await client.FindAsync(id, token) is null)
            return ApiProblems.NoJob(id);
        long? after = long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : null;
        // A stream that goes on would keep the host from stopping.
        var ends = CancellationTokenSource.CreateLinkedTokenSource(token, host.ApplicationStopping);
        request.HttpContext.Response.RegisterForDispose(ends);
        return TypedResults.ServerSentEvents(EventsAsync(client.WatchAsync(id, after, ends.Token), ends.Token));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(IAsyncEnumerable<JobChange> changes, [EnumeratorCancellation] CancellationToken token)
    {
        await using var change = changes.GetAsyncEnumerator(token);
        while (true)
        {
            var next = NextAsync(change, token);
            while (!await IsThereAsync(next))
                yield return new SseItem<string>("", "heartbeat");
            if (!await next)
                yield break;
            foreach (var line in change.Current.Lines)
                yield return new SseItem<string>(ApiJson.Text(line), "log") { EventId = line.Position.ToString(CultureInfo.InvariantCulture) };
            yield return new SseItem<string>(ApiJson.Text(JobNow.Of(change.Current)), change.Current.IsLast ? "ended" : "state");
        }
    }

    private static async Task<bool> IsThereAsync(Task next)
    {
        await next.WaitAsync(HeartbeatEvery, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return next.IsCompleted;
    }

    // Whoever has gone, or stops, is told nothing more.
    private static async Task<bool> NextAsync(IAsyncEnumerator<JobChange> changes, CancellationToken token)
    {
        try
        {
            return await changes.MoveNextAsync();
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>How a job is now.</summary>
    internal sealed record JobNow(JobState State, int Attempts, int? Progress, string? Note, string? Error, DateTimeOffset? EndedAt)
    {
        public static JobNow Of(JobChange change) => new(change.State, change.Attempts, change.Progress, change.Note, change.Error, change.EndedAt);
    }
}
