using System.Net;
using System.Text.Json;
using Bus.Host.Startup;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Host;

/// <summary>The health endpoints of the real host, in this process; what is away is a port where nobody listens.</summary>
public sealed class When_a_dependency_is_away : IDisposable
{
    private const string NoBroker = "--Bus:Transport=RabbitMq --ConnectionStrings:RabbitMq=amqp://guest:guest@127.0.0.1:1/ --Bus:StartTimeout=00:00:00.2";
    private const string NoDatabase = "--Bus:Database=PostgreSql --ConnectionStrings:Bus=Host=127.0.0.1;Port=1;Username=nobody;Password=secret";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", HttpStatusCode.OK, "Healthy", "Healthy", "Healthy")]
    [InlineData(NoBroker, HttpStatusCode.OK, "Degraded", "Healthy", "Degraded")]
    [InlineData(NoDatabase, HttpStatusCode.ServiceUnavailable, "Unhealthy", "Unhealthy", "Healthy")]
    [InlineData(NoBroker + " " + NoDatabase, HttpStatusCode.ServiceUnavailable, "Unhealthy", "Unhealthy", "Degraded")]
    public async Task Should_say_which_and_stay_alive(string settings, HttpStatusCode code, string status, string database, string bus)
    {
        await using var app = BusHost.Build([
            .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--urls=http://127.0.0.1:0", $"--Bus:DataFolder={_folder["data"]}", "--Serilog:MinimumLevel:Default=Fatal"]);
        if (database == "Healthy")
        {
            await BusHost.PrepareAsync(app, CancellationToken.None);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var (liveCode, live) = await AskAsync(http, "/health/live");
        var (readyCode, ready) = await AskAsync(http, "/health/ready");
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "{\"status\":\"Healthy\",\"checks\":[]}"), (liveCode, live));
        var json = JsonDocument.Parse(ready).RootElement;
        Assert.Equal((code, status), (readyCode, json.GetProperty("status").GetString()));
        Assert.Equal(
            [("database", database), ("masstransit-bus", bus), ("schedules", database == "Healthy" ? "Healthy" : "Degraded")],
            json.GetProperty("checks").EnumerateArray().Select(check => (check.GetProperty("name").GetString(), check.GetProperty("status").GetString())).Order());
        Assert.DoesNotContain("secret", ready, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<(HttpStatusCode Code, string Body)> AskAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
