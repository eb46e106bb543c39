using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ScenarioTests.Images;
using Bus.Services.Reports.Http;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Reports;

/// <summary>The report API of the real host, with the process that writes reports apart from the one that is asked.</summary>
public sealed class When_a_report_is_asked_for : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Should_answer_at_once_and_have_the_file_when_a_worker_has_written_it()
    {
        await using var api = await StartAsync("api");
        using var accepted = await AskAsync(api, new { kind = "images" }, "once");
        using var repeated = await AskAsync(api, new { kind = "images" }, "once");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var location = accepted.Headers.Location!.OriginalString;
        Assert.Equal(location, repeated.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(api, $"{location}/file"));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(api, $"{location}/deliveries", HttpMethod.Post));

        await using var worker = await StartAsync("worker");
        var report = await ReadyAsync(api, location);

        Assert.Equal((100, 1, $"{location}/file"), (report.Percent, report.Lines, report.FileUrl));
        using var file = await api.Http.GetAsync(ImageApp.Relative(report.FileUrl!));
        Assert.Equal("text/csv", file.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("id,file_name,", await file.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_what_is_none()
    {
        await using var api = await StartAsync("api");

        using var unknown = await AskAsync(api, new { kind = "dreams" });
        using var backwards = await AskAsync(api, new { kind = "images", from = "2026-02-01T00:00:00Z", to = "2026-01-01T00:00:00Z" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (unknown.StatusCode, backwards.StatusCode));
        Assert.Contains("images", (await unknown.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(api, $"/api/reports/{Guid.NewGuid():D}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(api, $"/api/reports/{Guid.NewGuid():D}/file"));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<HttpResponseMessage> AskAsync(ImageApp api, object report, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ImageApp.Relative("/api/reports")) { Content = JsonContent.Create(report) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await api.Http.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(ImageApp api, string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, ImageApp.Relative(path));
        using var answer = await api.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<ReportView> ReadyAsync(ImageApp api, string location)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            var report = (await api.Http.GetFromJsonAsync<ReportView>(ImageApp.Relative(location), limit.Token))!;
            if (report.Status == ReportView.Ready)
                return report;
            Assert.Null(report.Error);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    private Task<ImageApp> StartAsync(string roles) => ImageApp.StartAsync([$"--Bus:DataFolder={_folder["data"]}", $"--Bus:Roles={roles}"]);
}
