using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ContractTests.Http;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Tracking;

/// <summary>The API of jobs, where the jobs are messages of a plain consumer.</summary>
public sealed class When_tracked_messages_are_asked_for_over_http : HttpContract
{
    private readonly ShippingScript _script = new();

    protected override void Configure(BusBuilder bus)
    {
        bus.Services.AddSingleton(_script);
        bus.Options.Retry.MaxAttempts = 1;
        bus.Registration.AddConsumer<ShippingConsumer>().Endpoint(endpoint => endpoint.Name = "ships");
        bus.AddJobs(jobs => jobs.Track<ShippingConsumer>());
    }

    [Fact]
    public async Task Should_be_shown_and_say_what_to_do_instead_of_running_them_again()
    {
        _script.Act = (_, _) => throw new NotSupportedException("For ever.");
        var message = NewId.NextGuid();
        await App.Services.GetRequiredService<IBus>().Publish(new Ship(1), context => context.MessageId = message);
        var job = default(JsonElement);
        await Eventually.AssertAsync(async () => (job = Assert.Single((await Http.GetFromJsonAsync<JsonElement>($"/api/jobs?message={message}&state=dead")).EnumerateArray())).GetProperty("attempts").GetInt32() == 1);
        Assert.Equal((message, "ships", JsonValueKind.Null), (job.GetProperty("message").GetGuid(), job.GetProperty("queue").GetString(), job.TryGetProperty("arguments", out var arguments) ? arguments.ValueKind : JsonValueKind.Null));
        var id = job.GetProperty("id").GetGuid();
        var shown = await Http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}");
        Assert.Contains("For ever.", Assert.Single(shown.GetProperty("runs").EnumerateArray()).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await Http.GetFromJsonAsync<JsonElement>("/api/queues")).GetProperty("queues").EnumerateArray().Single(queue => queue.GetProperty("name").GetString() == "ships").GetProperty("dead").GetInt32());
        foreach (var verb in new[] { "run-again", "cancel" })
        {
            var refused = await Http.PostAsync($"/api/jobs/{id}/{verb}", null);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains(message.ToString(), await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync($"/api/jobs/{id}")).StatusCode);
    }
}
