using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ContractTests.Outbox;
using Bus.Dashboard;
using Bus.Persistence;
using Bus.Scheduler;
using Bus.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Schedules;

/// <summary>The API of schedules and timers, in a service of one's own, over a real socket.</summary>
public sealed class When_schedules_are_asked_for_over_http : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:DataFolder"] = _folder.FullPath });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.AddSchedules(schedules => schedules.Every("nightly", Cron.Daily(2), new Note(1), schedule => schedule with { Zone = "Europe/Berlin" }));
        });
        _app = builder.Build();
        _app.MapBusApi();
        await using (var scope = _app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.Single());
        await Eventually.AssertAsync(async () => (await GetAsync("/api/schedules")).GetArrayLength() == 1);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Should_make_change_fire_and_delete_one()
    {
        var made = await _http.PutAsJsonAsync("/api/schedules/made", new
        {
            definition = new { recurrence = "*/5 * * * *", zone = "Asia/Tokyo", misfire = "CatchUp" },
            messageType = MessageUrn.ForTypeString<Note>(),
            message = new { number = 5 },
        });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(2, (await GetAsync("/api/schedules")).GetArrayLength());
        Assert.Equal(5, (await GetAsync("/api/schedules/made")).GetProperty("next").GetArrayLength());

        Assert.Equal("Paused", await StateAsync(await _http.PostAsync("/api/schedules/made/pause", null)));
        Assert.Equal("Active", await StateAsync(await _http.PostAsync("/api/schedules/made/resume", null)));
        var edited = await _http.PatchAsJsonAsync("/api/schedules/made", new { definition = new { recurrence = "*/10 * * * *" }, message = new { number = 6 } });
        var definition = (await edited.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("schedule").GetProperty("definition");
        Assert.Equal(("*/10 * * * *", "Asia/Tokyo", "CatchUp"), (definition.GetProperty("recurrence").GetString(), definition.GetProperty("zone").GetString(), definition.GetProperty("misfire").GetString()));
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync("/api/schedules/made/run", null)).StatusCode);
        var run = (await GetAsync("/api/schedules/made/runs"))[0];
        Assert.Equal("Requested", run.GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/api/schedules/made")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/schedules/made")).StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/api/schedules/bad", """{"definition":{"recurrence":"30 2 31 2 *"},"messageType":"urn:message:Bus.ContractTests.Outbox:Note","message":{}}""", HttpStatusCode.UnprocessableEntity, "never fires")]
    [InlineData("PUT", "/api/schedules/bad", """{"definition":{"recurrence":"@daily"},"messageType":"urn:message:System:Uri","message":{}}""", HttpStatusCode.UnprocessableEntity, "is not allowed")]
    [InlineData("PUT", "/api/schedules/bad", """{"definition":{"recurence":"@daily"}}""", HttpStatusCode.BadRequest, "recurence")]
    [InlineData("PUT", "/api/schedules/bad", "{}", HttpStatusCode.BadRequest, "definition")]
    [InlineData("PATCH", "/api/schedules/nobody", "{}", HttpStatusCode.NotFound, "no schedule `nobody`")]
    [InlineData("DELETE", "/api/schedules/nightly", "", HttpStatusCode.UnprocessableEntity, "pause it")]
    [InlineData("GET", "/api/schedules/nightly/next?count=5000", "", HttpStatusCode.BadRequest, "1 to 1,000")]
    [InlineData("DELETE", "/api/timers/00000000-0000-0000-0000-000000000001", "", HttpStatusCode.NotFound, "No message waits")]
    public async Task Should_refuse_what_is_wrong_with_a_problem(string method, string path, string body, HttpStatusCode status, string says)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await _http.SendAsync(request);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_list_cancel_and_move_what_waits()
    {
        var tokens = new List<Guid>();
        await using (var scope = _app.Services.CreateAsyncScope())
        {
            for (var number = 0; number < 2; number++)
                tokens.Add((await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(new Uri("queue:far"), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1), new Note(number))).TokenId);
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().SaveChangesAsync();
        }

        Assert.Equal(2, (await GetAsync("/api/timers?destination=far")).GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync($"/api/timers/{tokens[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync($"/api/timers/{tokens[0]}")).StatusCode);
        Assert.Equal(1, (await GetAsync("/api/timers/count")).GetProperty("waiting").GetInt64());
        var moved = await _http.PostAsJsonAsync($"/api/timers/{tokens[1]}/reschedule", new { due = DateTimeOffset.UnixEpoch });
        Assert.True(moved.IsSuccessStatusCode);
        await Eventually.AssertAsync(async () => (await GetAsync("/api/timers")).GetArrayLength() == 0);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    public async Task Should_let_no_other_site_change_anything(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/schedules/nightly/run");
        request.Headers.Add(header, value);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(request)).StatusCode);
    }

    private static async Task<string?> StateAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("schedule").GetProperty("state").GetString();

    private async Task<JsonElement> GetAsync(string path) => await _http.GetFromJsonAsync<JsonElement>(path);
}
