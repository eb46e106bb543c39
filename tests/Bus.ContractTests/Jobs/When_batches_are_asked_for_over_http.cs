using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ContractTests.Http;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>The API of batches, in a service of one's own, over a real socket.</summary>
public sealed class When_batches_are_asked_for_over_http : HttpContract
{
    private const string Unknown = "/api/batches/00000000-0000-0000-0000-000000000001";

    private readonly JobScript _script = new();

    protected override void Configure(BusBuilder bus)
    {
        bus.Services.AddSingleton(_script);
        bus.AddJobs(jobs => jobs.Handle<SumHandler>(options => options.Retry = new RetrySchedule { MaxAttempts = 1 }));
    }

    [Fact]
    public async Task Should_show_how_far_one_is_where_its_jobs_are_and_retry_those_that_have_failed()
    {
        _script.Act = (sum, _) => sum.Left == 1 ? throw new TimeoutException("Always.") : Task.CompletedTask;
        var id = await EnqueueAsync(3);
        await Eventually.AssertAsync(async () => (await BatchAsync(id)).GetProperty("state").GetString() == "Done");
        var batch = await BatchAsync(id);
        Assert.Equal((3, 2, 1, 100), (batch.GetProperty("total").GetInt32(), batch.GetProperty("succeeded").GetInt32(), batch.GetProperty("dead").GetInt32(), batch.GetProperty("percent").GetInt32()));
        var jobs = await GetAsync((await GetAsync($"/api/batches/{id}")).GetProperty("jobs").GetString()! + "&state=Dead");
        Assert.Equal(id, Assert.Single(jobs.EnumerateArray()).GetProperty("batch").GetGuid());

        _script.Act = (_, _) => Task.CompletedTask;
        var answer = await (await Http.PostAsync($"/api/batches/{id}/retry-failed", null)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(1, answer.GetProperty("retried").GetInt32());
        await Eventually.AssertAsync(async () => (await BatchAsync(id)).GetProperty("succeeded").GetInt32() == 3);
    }

    [Fact]
    public async Task Should_list_them_page_by_page_and_cancel_one()
    {
        _script.Act = (_, run) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken);
        List<Guid> ids = [];
        for (var number = 0; number < 3; number++)
            ids.Add(await EnqueueAsync(2));
        ids.Reverse();
        var first = await IdsAsync("?state=running&take=2");
        Assert.Equal(ids.Order(), first.Concat(await IdsAsync($"?take=2&before={first[^1]}")).Order());
        Assert.Empty(await IdsAsync("?state=open"));

        Assert.Equal(HttpStatusCode.OK, (await Http.PostAsync($"/api/batches/{ids[0]}/cancel", null)).StatusCode);
        await Eventually.AssertAsync(async () => (await BatchAsync(ids[0])).GetProperty("cancelled").GetInt32() == 2);
        Assert.Equal(ids[0], Assert.Single(await IdsAsync("?state=done")));
        Assert.Equal(HttpStatusCode.Conflict, (await Http.PostAsync($"/api/batches/{ids[0]}/close", null)).StatusCode);
    }

    [Theory]
    [InlineData("GET", Unknown, HttpStatusCode.NotFound, "no such batch")]
    [InlineData("POST", Unknown + "/retry-failed", HttpStatusCode.NotFound, "no such batch")]
    [InlineData("POST", Unknown + "/cancel", HttpStatusCode.NotFound, "no such batch")]
    [InlineData("POST", Unknown + "/close", HttpStatusCode.NotFound, "no such batch")]
    [InlineData("GET", "/api/batches?state=nonsense", HttpStatusCode.BadRequest, "one of Open, Running, Done")]
    [InlineData("GET", "/api/batches?take=0", HttpStatusCode.UnprocessableEntity, "refused")]
    [InlineData("GET", "/api/jobs?batch=nonsense", HttpStatusCode.BadRequest, "cannot be read")]
    public async Task Should_refuse_what_is_wrong_with_a_problem(string method, string path, HttpStatusCode status, string says)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await Http.SendAsync(request);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Task<Guid> EnqueueAsync(int jobs) => App.Services.GetRequiredService<IJobClient>().EnqueueBatchAsync("sums", Enumerable.Range(0, jobs).Select(number => new Sum(number, 0)));

    private async Task<JsonElement> BatchAsync(Guid id) => (await GetAsync($"/api/batches/{id}")).GetProperty("batch");

    private async Task<IReadOnlyList<Guid>> IdsAsync(string query) => [.. (await GetAsync($"/api/batches{query}")).EnumerateArray().Select(one => one.GetProperty("batch").GetProperty("id").GetGuid())];

    private async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);
}
