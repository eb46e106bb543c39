using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ContractTests.Http;
using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>The API of dead letters, in a service of one's own, over a real socket.</summary>
public sealed class When_dead_letters_are_asked_for_over_http : HttpContract
{
    private const string Unknown = "/api/dead-letters/00000000-0000-0000-0000-000000000001";

    private readonly Journal _journal = new() { OnCommand = (command, _) => throw new InvalidOperationException($"Command {command.Number} is refused.") };

    protected override void Configure(BusBuilder bus)
    {
        bus.Services.AddSingleton(_journal);
        bus.AddDeadLetters(letters => letters.SearchField("Number"));
        bus.Registration.AddConsumer<PlainConsumer>().Endpoint(endpoint => endpoint.Name = "commands");
        bus.Endpoint("commands", endpoint => endpoint.Retry = RetrySchedule.None);
    }

    [Fact]
    public async Task Should_show_replay_and_discard_them()
    {
        var ids = await FailAsync(1, 2);
        var shown = await GetAsync($"/api/dead-letters/{ids[0]}");
        var letter = shown.GetProperty("letter");
        Assert.Equal(("Open", "commands", "AttemptsSpent"), (letter.GetProperty("state").GetString(), letter.GetProperty("queue").GetString(), letter.GetProperty("reason").GetString()));
        Assert.Equal(("json", 1), (shown.GetProperty("bodyForm").GetString(), shown.GetProperty("body").GetProperty("message").GetProperty("number").GetInt32()));
        Assert.Equal("fault", shown.GetProperty("headers").GetProperty("MT-Reason").GetString());
        var body = await Http.GetByteArrayAsync($"/api/dead-letters/{ids[0]}/body");
        Assert.Equal(shown.GetProperty("bodyBytes").GetInt64(), body.Length);

        await AssertProblemAsync(await Http.PostAsJsonAsync($"/api/dead-letters/{ids[0]}/replay", new { body = "{" }), HttpStatusCode.UnprocessableEntity);
        await AssertProblemAsync(await Http.PostAsJsonAsync($"/api/dead-letters/{ids[0]}/discard", new { reason = "" }), HttpStatusCode.UnprocessableEntity);
        _journal.OnCommand = (_, _) => Task.CompletedTask;
        var replayed = await Http.PostAsync($"/api/dead-letters/{ids[0]}/replay", null);
        Assert.Equal("Replayed", (await replayed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("letter").GetProperty("state").GetString());
        await AssertProblemAsync(await Http.PostAsync($"/api/dead-letters/{ids[0]}/replay", null), HttpStatusCode.Conflict);
        var discarded = await Http.PostAsJsonAsync($"/api/dead-letters/{ids[1]}/discard", new { reason = "A test order." });
        Assert.Equal("A test order.", (await discarded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("letter").GetProperty("note").GetString());
        await AssertProblemAsync(await Http.GetAsync(Unknown), HttpStatusCode.NotFound);
        await AssertProblemAsync(await Http.GetAsync("/api/dead-letters?state=Lost"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Should_group_them_and_replay_many()
    {
        await FailAsync(1, 2, 3);
        var group = Assert.Single((await GetAsync("/api/dead-letters/groups")).EnumerateArray());
        Assert.Equal(3, group.GetProperty("open").GetInt64());
        var id = group.GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PatchAsJsonAsync($"/api/dead-letters/groups/{id}", new { status = "Acknowledged", owner = "ada" })).StatusCode);
        Assert.Equal("ada", Assert.Single((await GetAsync("/api/dead-letters/groups?status=acknowledged")).EnumerateArray()).GetProperty("owner").GetString());

        var query = new { group = id };
        var dry = await Http.PostAsJsonAsync("/api/dead-letters/operations", new { query, dryRun = true });
        Assert.Equal(3, (await dry.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("matched").GetInt64());
        _journal.OnCommand = (_, _) => Task.CompletedTask;
        var started = await Http.PostAsJsonAsync("/api/dead-letters/operations", new { query, canary = 1 });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var operation = $"/api/dead-letters/operations/{(await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid()}";
        await ComesToAsync(operation, "Paused");
        Assert.Equal(HttpStatusCode.OK, (await Http.PostAsync($"{operation}/continue", null)).StatusCode);
        await ComesToAsync(operation, "Done");
        await AssertProblemAsync(await Http.PostAsync($"{operation}/stop", null), HttpStatusCode.Conflict);
        Assert.Equal(3, (await GetAsync(operation)).GetProperty("succeeded").GetInt64());
        Assert.Single((await GetAsync("/api/dead-letters/operations")).EnumerateArray());
    }

    [Fact]
    public async Task Should_find_them_by_a_field_and_discard_those_with_a_reason()
    {
        var ids = await FailAsync(1, 2, 3);
        Assert.Equal(ids[1], Assert.Single((await GetAsync("/api/dead-letters?field=number:2")).GetProperty("letters").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Empty((await GetAsync("/api/dead-letters?field=number:2&messageType=Other")).GetProperty("letters").EnumerateArray());
        await AssertProblemAsync(await Http.GetAsync("/api/dead-letters?field=number"), HttpStatusCode.UnprocessableEntity);
        await AssertProblemAsync(await Http.GetAsync("/api/dead-letters?field=text:2"), HttpStatusCode.UnprocessableEntity);

        var query = new { field = new { name = "number", value = "2" } };
        var dry = await Http.PostAsJsonAsync("/api/dead-letters/operations", new { query, discardReason = "A test order.", dryRun = true });
        Assert.Equal(1, (await dry.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("matched").GetInt64());
        await AssertProblemAsync(await Http.PostAsJsonAsync("/api/dead-letters/operations", new { query, discardReason = " " }), HttpStatusCode.UnprocessableEntity);
        await AssertProblemAsync(await Http.PostAsJsonAsync("/api/dead-letters/operations", new { query, index = true, dryRun = true }), HttpStatusCode.BadRequest);
        await ComesToAsync(await StartAsync(new { query, discardReason = "A test order." }), "Done");
        var discarded = Assert.Single((await GetAsync("/api/dead-letters?state=discarded")).GetProperty("letters").EnumerateArray());
        Assert.Equal((ids[1], "A test order."), (discarded.GetProperty("id").GetGuid(), discarded.GetProperty("note").GetString()));

        var indexing = await StartAsync(new { query = new { }, index = true });
        await ComesToAsync(indexing, "Done");
        Assert.Equal(("Index", 3), ((await GetAsync(indexing)).GetProperty("action").GetString(), (await GetAsync(indexing)).GetProperty("succeeded").GetInt32()));
    }

    [Fact]
    public async Task Should_replay_once_what_is_clicked_twice_and_nothing_to_a_queue_that_is_not_there()
    {
        var id = Assert.Single(await FailAsync(1));
        _journal.OnCommand = (_, _) => Task.CompletedTask;
        await AssertProblemAsync(await Http.PostAsJsonAsync($"/api/dead-letters/{id}/replay", new { queue = "comands" }), HttpStatusCode.UnprocessableEntity);
        var clicks = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Http.PostAsync($"/api/dead-letters/{id}/replay", null)));
        Assert.Single(clicks, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(5, clicks.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, (await GetAsync($"/api/dead-letters/{id}")).GetProperty("letter").GetProperty("replays").GetInt32());
    }

    [Fact]
    public void Should_say_what_bodies_they_take()
    {
        var takes = App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/dead-letters", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not null)
            .Select(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName);
        Assert.Equal(["DiscardDeadLetter", "EditDeadLetterGroup", "ReplayDeadLetter", "StartDeadLetterOperation"], takes.Order(StringComparer.Ordinal));
    }

    private async Task<string> StartAsync(object operation)
    {
        var started = await Http.PostAsJsonAsync("/api/dead-letters/operations", operation);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return $"/api/dead-letters/operations/{(await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid()}";
    }

    private Task ComesToAsync(string operation, string state) => Eventually.AssertAsync(async () => (await GetAsync(operation)).GetProperty("state").GetString() == state, TimeSpan.FromSeconds(30));

    private async Task<IReadOnlyList<Guid>> FailAsync(params int[] numbers)
    {
        var endpoint = await App.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:commands"));
        foreach (var number in numbers)
            await endpoint.Send(new Command(number));
        IReadOnlyList<(int Number, Guid Id)> open = [];
        await Eventually.AssertAsync(async () =>
        {
            var page = (await GetAsync("/api/dead-letters?state=open")).GetProperty("letters").EnumerateArray();
            open = [.. page.Select(letter => (letter.GetProperty("exceptionMessage").GetString()![8] - '0', letter.GetProperty("id").GetGuid())).Order()];
            return open.Count == numbers.Length;
        }, TimeSpan.FromSeconds(30));
        return [.. open.Select(letter => letter.Id)];
    }

    private async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual("", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }
}
