using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Bus.ContractTests.Http;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>The API of jobs, in a service of one's own, over a real socket.</summary>
public sealed class When_jobs_are_asked_for_over_http : HttpContract
{
    private const string Unknown = "/api/jobs/00000000-0000-0000-0000-000000000001";

    private readonly JobScript _script = new();

    private static EnqueueOptions Tomorrow => new() { At = TimeProvider.System.GetUtcNow().AddDays(1) };

    protected override void Configure(BusBuilder bus)
    {
        bus.Services.AddSingleton(_script);
        bus.AddJobs(jobs => jobs.Handle<SumHandler>(options => options.Retry = new RetrySchedule { MaxAttempts = 1 }));
    }

    [Fact]
    public async Task Should_list_what_is_asked_for_page_by_page()
    {
        var far = new List<Guid>();
        for (var number = 0; number < 3; number++)
            far.Add(await EnqueueAsync(new Sum(number, 0), Tomorrow with { Queue = "far", Tenant = number == 1 ? "ann" : null }));
        var done = await EnqueueAsync(new Sum(2, 3));
        await ComesToAsync(done, "Succeeded");

        Assert.Equal(far.Append(done).Order(), (await IdsAsync("")).Order());
        Assert.Equal(done, Assert.Single(await IdsAsync("?state=Succeeded")));
        Assert.Equal(far.Order(), (await IdsAsync("?state=scheduled&queue=far")).Order());
        Assert.Equal(4, (await IdsAsync($"?type={typeof(Sum).FullName}")).Count);
        Assert.Empty(await IdsAsync("?type=nobody"));
        Assert.Equal(far[1], Assert.Single(await IdsAsync("?tenant=ann")));
        Assert.Equal("ann", (await GetAsync($"/api/jobs/{far[1]}")).GetProperty("job").GetProperty("tenant").GetString());

        var first = await IdsAsync("?queue=far&take=2");
        Assert.Equal(2, first.Count);
        var second = await IdsAsync($"?queue=far&take=2&before={first[^1]}");
        Assert.Equal(far.Order(), first.Concat(second).Order());
        Assert.Empty(await IdsAsync($"?queue=far&take=2&before={second[^1]}"));
        var instants = (await GetAsync("/api/jobs")).EnumerateArray().Select(job => job.GetProperty("createdAt").GetDateTimeOffset()).ToList();
        Assert.Equal(instants.OrderDescending(), instants);
    }

    [Fact]
    public async Task Should_show_arguments_and_result_as_json()
    {
        var id = await EnqueueAsync(new Sum(2, 3, "plain"));
        await ComesToAsync(id, "Succeeded");
        var shown = await GetAsync($"/api/jobs/{id}");
        var job = shown.GetProperty("job");
        Assert.Equal((2, "plain"), (job.GetProperty("arguments").GetProperty("left").GetInt32(), job.GetProperty("arguments").GetProperty("mode").GetString()));
        Assert.Equal(5, job.GetProperty("result").GetInt32());
        Assert.Equal(0, shown.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Should_show_why_one_is_dead_and_run_it_again()
    {
        _script.Act = (_, _) => throw new TimeoutException("Always.");
        var id = await EnqueueAsync(new Sum(1, 1));
        await ComesToAsync(id, "Dead");
        var shown = await GetAsync($"/api/jobs/{id}");
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("job").GetProperty("result").ValueKind);
        Assert.Contains("Always.", shown.GetProperty("job").GetProperty("error").GetString(), StringComparison.Ordinal);
        var run = Assert.Single(shown.GetProperty("runs").EnumerateArray());
        Assert.Equal("Failed", run.GetProperty("outcome").GetString());
        Assert.Contains("Always.", run.GetProperty("error").GetString(), StringComparison.Ordinal);

        _script.Act = (_, _) => Task.CompletedTask;
        Assert.NotEqual("Dead", await StateAsync(await Http.PostAsync($"/api/jobs/{id}/run-again", null)));
        await ComesToAsync(id, "Succeeded");
        Assert.Equal(2, (await GetAsync($"/api/jobs/{id}")).GetProperty("job").GetProperty("result").GetInt32());
    }

    [Fact]
    public async Task Should_change_cancel_and_delete_one_that_waits()
    {
        var id = await EnqueueAsync(new Sum(1, 1), Tomorrow);
        var edited = await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { priority = 9 });
        Assert.Equal(9, (await edited.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job").GetProperty("priority").GetInt32());
        await AssertProblemAsync(await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { priority = 10 }), HttpStatusCode.UnprocessableEntity, "refused");
        edited = await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { priority = 8, arguments = new Sum(7, 7) });
        var job = (await edited.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job");
        Assert.Equal((8, 7), (job.GetProperty("priority").GetInt32(), job.GetProperty("arguments").GetProperty("left").GetInt32()));
        await AssertProblemAsync(await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { arguments = new { letf = 1 } }), HttpStatusCode.UnprocessableEntity, "letf");
        await AssertProblemAsync(await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { priorty = 1 }), HttpStatusCode.BadRequest, "priorty");

        Assert.Equal("Cancelled", await StateAsync(await Http.PostAsync($"/api/jobs/{id}/cancel", null)));
        await AssertProblemAsync(await Http.PostAsync($"/api/jobs/{id}/cancel", null), HttpStatusCode.Conflict, "is Cancelled");
        await AssertProblemAsync(await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { priority = 1 }), HttpStatusCode.Conflict, "is Cancelled");
        await AssertProblemAsync(await Http.PatchAsJsonAsync($"/api/jobs/{id}", new { arguments = new Sum(7, 7) }), HttpStatusCode.Conflict, "is Cancelled");
        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync($"/api/jobs/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync($"/api/jobs/{id}")).StatusCode);
        Assert.Empty(_script.Runs);
    }

    [Fact]
    public async Task Should_neither_delete_nor_run_again_one_that_runs()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = (_, run) => release.Task.WaitAsync(run.CancellationToken);
        var id = await EnqueueAsync(new Sum(1, 1));
        await ComesToAsync(id, "Running");
        await AssertProblemAsync(await Http.DeleteAsync($"/api/jobs/{id}"), HttpStatusCode.Conflict, "is Running");
        await AssertProblemAsync(await Http.PostAsync($"/api/jobs/{id}/run-again", null), HttpStatusCode.Conflict, "is Running");
        release.SetResult();
        await ComesToAsync(id, "Succeeded");
        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync($"/api/jobs/{id}")).StatusCode);
    }

    [Fact]
    public async Task Should_show_what_a_job_logs()
    {
        _script.Act = (_, run) =>
        {
            run.Log("one");
            run.Log("two", JobLogLevel.Error);
            return Task.CompletedTask;
        };
        var id = await EnqueueAsync(new Sum(1, 1));
        await ComesToAsync(id, "Succeeded");
        var lines = (await GetAsync($"/api/jobs/{id}/log")).EnumerateArray().ToList();
        Assert.Equal([("one", "Information"), ("two", "Error")], lines.Select(line => (line.GetProperty("text").GetString()!, line.GetProperty("level").GetString()!)));
        var rest = Assert.Single((await GetAsync($"/api/jobs/{id}/log?after={lines[0].GetProperty("position").GetInt64()}")).EnumerateArray());
        Assert.Equal("two", rest.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Should_give_the_result_to_who_waits_for_it_and_not_twice_to_who_has_it()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = (_, run) => release.Task.WaitAsync(run.CancellationToken);
        var id = await EnqueueAsync(new Sum(2, 3));
        await AssertProblemAsync(await Http.GetAsync($"/api/jobs/{id}/result"), HttpStatusCode.Conflict, "has a result");
        await AssertProblemAsync(await Http.GetAsync($"/api/jobs/{id}/result?wait=1"), HttpStatusCode.Conflict, "has a result");
        var waits = Http.GetAsync($"/api/jobs/{id}/result?wait=60");
        release.SetResult();
        var answer = await waits.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal((HttpStatusCode.OK, "application/json", "5"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync()));
        // printf 5 | sha256sum
        Assert.Equal("\"ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d\"", answer.Headers.ETag?.Tag);
        Assert.Equal($"\"{(await GetAsync($"/api/jobs/{id}")).GetProperty("job").GetProperty("resultHash").GetString()}\"", answer.Headers.ETag?.Tag);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/result");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Should_say_that_there_will_be_no_result()
    {
        var id = await EnqueueAsync(new Sum(1, 1), Tomorrow);
        var waits = Http.GetAsync($"/api/jobs/{id}/result?wait=60");
        await Http.PostAsync($"/api/jobs/{id}/cancel", null);
        await AssertProblemAsync(await waits.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System), HttpStatusCode.UnprocessableEntity, "is Cancelled");
    }

    [Fact]
    public async Task Should_tell_who_follows_a_job_how_it_goes_on_to_its_end()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = async (_, run) =>
        {
            run.Log("one");
            await run.ReportAsync(40, "counting");
            await release.Task.WaitAsync(run.CancellationToken);
            run.Log("two");
        };
        var id = await EnqueueAsync(new Sum(1, 1));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        List<SseItem<string>> events = [];
        await foreach (var item in FollowAsync(id, null, limit.Token))
        {
            events.Add(item);
            if (events.Exists(one => one.Data.Contains("counting", StringComparison.Ordinal)) && events.Exists(one => one.EventType == "log"))
                release.TrySetResult();
        }

        var lines = events.Where(item => item.EventType == "log").ToList();
        Assert.Equal(["one", "two"], lines.Select(item => JsonElement.Parse(item.Data).GetProperty("text").GetString()));
        Assert.Equal("ended", events[^1].EventType);
        Assert.Equal("Succeeded", JsonElement.Parse(events[^1].Data).GetProperty("state").GetString());
        Assert.Single(events, item => item.EventType == "ended");

        events = await FollowAsync(id, lines[0].EventId, limit.Token).ToListAsync(limit.Token);
        Assert.Equal(["log", "ended"], events.Select(item => item.EventType));
        Assert.Equal(lines[1].EventId, events[0].EventId);
    }

    [Fact]
    public async Task Should_end_what_is_followed_when_the_host_stops()
    {
        var id = await EnqueueAsync(new Sum(1, 1), Tomorrow);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        await foreach (var item in FollowAsync(id, null, limit.Token))
        {
            Assert.Equal("Scheduled", JsonElement.Parse(item.Data).GetProperty("state").GetString());
            App.Lifetime.StopApplication();
        }

        Assert.False(limit.IsCancellationRequested);
    }

    [Theory]
    [InlineData("all", "All", "")]
    [InlineData("queue/default", "Queue", "default")]
    [InlineData("type/Bus.ContractTests.Jobs.Sum", "Type", "Bus.ContractTests.Jobs.Sum")]
    [InlineData("tenant/ann", "Tenant", "ann")]
    public async Task Should_run_none_of_a_group_from_when_it_is_paused_to_when_it_is_resumed(string path, string what, string name)
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PutAsync($"/api/jobs/pauses/{path}", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PutAsync($"/api/jobs/pauses/{path}", null)).StatusCode);
        var pause = Assert.Single((await GetAsync("/api/jobs/pauses")).EnumerateArray());
        Assert.Equal((what, name), (pause.GetProperty("what").GetString(), pause.GetProperty("name").GetString()));

        var held = Guid.Empty;
        await Eventually.AssertAsync(async () =>
        {
            // Until every process knows of the pause one may slip through.
            held = await EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Tenant = "ann" });
            return await Eventually.SettleAsync(() => StateAsync(held), TimeSpan.FromMilliseconds(500)) == "Queued";
        });
        Assert.Equal("Queued", await StateAsync(held));
        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync($"/api/jobs/pauses/{path}")).StatusCode);
        await ComesToAsync(held, "Succeeded");
        Assert.Equal(0, (await GetAsync("/api/jobs/pauses")).GetArrayLength());
        await AssertProblemAsync(await Http.DeleteAsync($"/api/jobs/pauses/{path}"), HttpStatusCode.NotFound, "not paused");
    }

    [Fact]
    public async Task Should_show_a_queue_at_a_glance_and_pause_it()
    {
        await ComesToAsync(await EnqueueAsync(new Sum(2, 3)), "Succeeded");
        await EnqueueAsync(new Sum(1, 1), Tomorrow with { Queue = "a/b" });
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PostAsync("/api/queues/a%2Fb/pause", null)).StatusCode);

        var all = await GetAsync("/api/queues");
        Assert.Equal(0, all.GetProperty("upkeepLagSeconds").GetDouble());
        Assert.Equal(["a/b", "default"], all.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!));
        var far = await GetAsync("/api/queues/a%2Fb");
        Assert.Equal((1, true), (far.GetProperty("scheduled").GetInt32(), far.GetProperty("isPaused").GetBoolean()));
        Assert.Equal(1, (await GetAsync("/api/queues/default")).GetProperty("lastHour").GetProperty("succeeded").GetInt32());
        var history = await GetAsync("/api/queues/default/history?step=01:00:00");
        Assert.Equal(1, history.EnumerateArray().Sum(step => step.GetProperty("tally").GetProperty("succeeded").GetInt32()));

        Assert.Equal(HttpStatusCode.NoContent, (await Http.PostAsync("/api/queues/a%2Fb/resume", null)).StatusCode);
        Assert.False((await GetAsync("/api/queues/a%2Fb")).GetProperty("isPaused").GetBoolean());
    }

    [Theory]
    [InlineData("GET", "/api/queues/nobody", "", HttpStatusCode.NotFound, "no such queue")]
    [InlineData("GET", "/api/queues/default/history?step=00:00:30", "", HttpStatusCode.UnprocessableEntity, "whole minutes")]
    [InlineData("GET", "/api/queues/default/history?from=2001-01-01T00:00:00Z", "", HttpStatusCode.UnprocessableEntity, "more than 10000 steps")]
    [InlineData("POST", "/api/queues/nobody/resume", "", HttpStatusCode.NotFound, "not paused")]
    [InlineData("GET", Unknown, "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("GET", Unknown + "/log", "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("GET", Unknown + "/log?take=0", "", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("GET", Unknown + "/events", "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("GET", Unknown + "/result", "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("GET", Unknown + "/result?wait=61", "", HttpStatusCode.BadRequest, "out of range")]
    [InlineData("PATCH", Unknown, """{"arguments":{}}""", HttpStatusCode.NotFound, "no such job")]
    [InlineData("POST", Unknown + "/cancel", "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("POST", Unknown + "/run-again", "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("PATCH", Unknown, """{"priority":1}""", HttpStatusCode.NotFound, "no such job")]
    [InlineData("PATCH", Unknown, "{}", HttpStatusCode.BadRequest, "priority")]
    [InlineData("DELETE", Unknown, "", HttpStatusCode.NotFound, "no such job")]
    [InlineData("GET", "/api/jobs?state=nonsense", "", HttpStatusCode.BadRequest, "one of Scheduled, Queued")]
    [InlineData("GET", "/api/jobs?state=99", "", HttpStatusCode.BadRequest, "one of Scheduled, Queued")]
    [InlineData("GET", "/api/jobs?before=nonsense", "", HttpStatusCode.BadRequest, "cannot be read")]
    [InlineData("GET", "/api/jobs?take=many", "", HttpStatusCode.BadRequest, "cannot be read")]
    [InlineData("GET", "/api/jobs?take=0", "", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("GET", "/api/jobs?take=1001", "", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("PUT", "/api/jobs/pauses/nonsense/name", "", HttpStatusCode.BadRequest, "one of All, Queue, Type, Tenant")]
    [InlineData("PUT", "/api/jobs/pauses/queue", "", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("PUT", "/api/jobs/pauses/all/name", "", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("DELETE", "/api/jobs/pauses/queue/nobody", "", HttpStatusCode.NotFound, "not paused")]
    public async Task Should_refuse_what_is_wrong_with_a_problem(string method, string path, string body, HttpStatusCode status, string says)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await AssertProblemAsync(await Http.SendAsync(request), status, says);
    }

    private async IAsyncEnumerable<SseItem<string>> FollowAsync(Guid id, string? last, [EnumeratorCancellation] CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(token)).EnumerateAsync(token))
            yield return item;
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string says)
    {
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string?> StateAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job").GetProperty("state").GetString();

    private async Task<string?> StateAsync(Guid id) => await StateAsync(await Http.GetAsync($"/api/jobs/{id}"));

    private Task ComesToAsync(Guid id, string state) => Eventually.AssertAsync(async () => await StateAsync(id) == state);

    private Task<Guid> EnqueueAsync(Sum arguments, EnqueueOptions? options = null) => App.Services.GetRequiredService<IJobClient>().EnqueueAsync(arguments, options);

    private async Task<IReadOnlyList<Guid>> IdsAsync(string query) => [.. (await GetAsync($"/api/jobs{query}")).EnumerateArray().Select(job => job.GetProperty("id").GetGuid())];

    private async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);
}
