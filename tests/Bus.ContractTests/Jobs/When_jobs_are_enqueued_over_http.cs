using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bus.ContractTests.Http;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary><c>POST /api/jobs</c> in a service of one's own, over a real socket.</summary>
public sealed class When_jobs_are_enqueued_over_http : HttpContract
{
    private const string Type = "Bus.ContractTests.Jobs.Sum";

    private static readonly string[] Tags = ["a/b", "c"];

    private readonly JobScript _script = new();

    protected override void Configure(BusBuilder bus)
    {
        bus.Services.AddSingleton(_script);
        bus.AddJobs(jobs => jobs.Handle<SumHandler>(options => options.Retry = new RetrySchedule { MaxAttempts = 1 }));
    }

    [Fact]
    public async Task Should_be_run_and_be_found_where_the_answer_says()
    {
        var answer = await PostAsync(new { type = Type, arguments = new { left = 2, right = 3, mode = "" } });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = await IdAsync(answer);
        Assert.Equal($"/api/jobs/{id}", answer.Headers.Location?.OriginalString);
        await Eventually.AssertAsync(async () => (await Http.GetFromJsonAsync<JsonElement>(answer.Headers.Location)).GetProperty("job").GetProperty("result").ValueKind == JsonValueKind.Number);
        Assert.Equal(5, (await Http.GetFromJsonAsync<JsonElement>(answer.Headers.Location)).GetProperty("job").GetProperty("result").GetInt32());
    }

    [Fact]
    public async Task Should_be_as_they_are_asked_for()
    {
        var at = TimeProvider.System.GetUtcNow().AddDays(1);
        var answer = await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 }, queue = "far", priority = 7, at, tenant = "ann", tags = Tags, unique = "one", uniqueWhile = "UntilSettled", keepFor = "01:00:00", startBefore = at.AddDays(1), timeout = "00:05:00" });
        var job = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("far", "Scheduled", 7, "ann"), (job.GetProperty("queue").GetString(), job.GetProperty("state").GetString(), job.GetProperty("priority").GetInt32(), job.GetProperty("tenant").GetString()));
        Assert.Equal(Tags, job.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(at.ToUnixTimeMilliseconds(), job.GetProperty("dueAt").GetDateTimeOffset().ToUnixTimeMilliseconds());
        var id = job.GetProperty("id").GetGuid();
        Assert.Equal(id, Assert.Single((await Http.GetFromJsonAsync<JsonElement>("/api/jobs?tag=a%2Fb")).EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(id, await IdAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 }, unique = "one" })));
    }

    [Fact]
    public async Task Should_be_one_for_a_request_that_is_repeated()
    {
        var first = await IdAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 } }, "request 1"));
        Assert.Equal(first, await IdAsync(await PostAsync(new { type = Type, arguments = new { Right = 3, left = 2, mode = "" } }, "request 1")));
        Assert.Equal(first, await IdAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 }, idempotencyKey = "request 1" })));
        Assert.NotEqual(first, await IdAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 } }, "request 2")));
        await AssertProblemAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 4 } }, "request 1"), HttpStatusCode.UnprocessableEntity, "other arguments");
        await AssertProblemAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 }, idempotencyKey = "request 2" }, "request 1"), HttpStatusCode.UnprocessableEntity, "several idempotency keys");
    }

    [Fact]
    public async Task Should_not_be_run_again_while_another_has_their_name()
    {
        var body = new { type = Type, arguments = new { left = 2, right = 3 }, unique = "one" };
        var first = await IdAsync(await PostAsync(body));
        await Eventually.AssertAsync(async () => (await Http.GetFromJsonAsync<JsonElement>($"/api/jobs/{first}")).GetProperty("job").GetProperty("state").GetString() == "Succeeded");
        var second = await IdAsync(await PostAsync(new { type = Type, arguments = new { left = 2, right = 3 }, unique = "one", at = TimeProvider.System.GetUtcNow().AddDays(1) }));
        Assert.NotEqual(first, second);
        await AssertProblemAsync(await Http.PostAsync($"/api/jobs/{first}/run-again", null), HttpStatusCode.Conflict, $"job {second} has the name");
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest, "type")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum"}""", HttpStatusCode.BadRequest, "arguments")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":1},"prioriti":1}""", HttpStatusCode.BadRequest, "prioriti")]
    [InlineData("""{"type":"nobody","arguments":{}}""", HttpStatusCode.UnprocessableEntity, "no handler for jobs of the type `nobody`")]
    [InlineData("""{"type":"bus.webhook","arguments":{}}""", HttpStatusCode.UnprocessableEntity, "no handler for jobs")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"letf":1}}""", HttpStatusCode.UnprocessableEntity, "letf")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":"one"}}""", HttpStatusCode.UnprocessableEntity, "left")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":null}""", HttpStatusCode.UnprocessableEntity, "null")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":1},"priority":10}""", HttpStatusCode.UnprocessableEntity, "Priority")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":1},"tags":[""]}""", HttpStatusCode.UnprocessableEntity, "Tags")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":1},"tags":[null]}""", HttpStatusCode.UnprocessableEntity, "Tags")]
    [InlineData("""{"type":"Bus.ContractTests.Jobs.Sum","arguments":{"left":1},"callback":"https://example.com/"}""", HttpStatusCode.UnprocessableEntity, "AllowedHosts")]
    public async Task Should_be_refused_where_they_cannot_be(string body, HttpStatusCode status, string says)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await AssertProblemAsync(await Http.PostAsync("/api/jobs", content), status, says);
        Assert.Equal(0, (await Http.GetFromJsonAsync<JsonElement>("/api/jobs")).GetArrayLength());
    }

    private async Task<HttpResponseMessage> PostAsync(object body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Http.SendAsync(request);
    }

    private static async Task<Guid> IdAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string says)
    {
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
