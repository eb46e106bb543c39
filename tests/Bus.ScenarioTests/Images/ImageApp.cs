using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Bus.Host.Startup;
using Bus.Services.Images.Http;
using Microsoft.AspNetCore.Builder;

namespace Bus.ScenarioTests.Images;

/// <summary>The real host in this process, on a fresh folder and a free port, and a client of its API.</summary>
internal sealed class ImageApp : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebApplication _app;

    private ImageApp(WebApplication app)
    {
        _app = app;
        // A role without the API has no use for a client, but a port all the same.
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Patience };
    }

    public HttpClient Http { get; }

    public static async Task<ImageApp> StartAsync(IEnumerable<string> settings)
    {
        var app = BusHost.Build([.. settings, "--urls=http://127.0.0.1:0", "--Serilog:MinimumLevel:Default=Warning", "--Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime=Warning"]);
        await BusHost.PrepareAsync(app, CancellationToken.None);
        await app.StartAsync();
        return new ImageApp(app);
    }

    /// <summary>Posts one file; <paramref name="name"/> is sent as it is.</summary>
    public async Task<HttpResponseMessage> PostAsync(byte[] bytes, string name = "photo.jpg", string? key = null)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", name } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Relative("/api/images")) { Content = form };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await Http.SendAsync(request);
    }

    /// <summary>Uploads a file that is accepted, and returns its id.</summary>
    public async Task<Guid> UploadAsync(byte[] bytes, string name = "photo.jpg", string? key = null)
    {
        using var answer = await PostAsync(bytes, name, key);
        Xunit.Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        var accepted = await answer.Content.ReadFromJsonAsync<ImageAccepted>();
        Xunit.Assert.Equal("processing", accepted!.Status);
        Xunit.Assert.Equal($"/api/images/{accepted.Id:D}", answer.Headers.Location?.OriginalString);
        return accepted.Id;
    }

    public async Task<ImageView> ShowAsync(Guid id) => (await Http.GetFromJsonAsync<ImageView>(Relative($"/api/images/{id:D}")))!;

    /// <summary>All events of an image's stream, to its end.</summary>
    public async Task<IReadOnlyList<(string Event, ImageView View)>> FollowAsync(Guid id)
    {
        List<(string, ImageView)> events = [];
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await using var stream = await Http.GetStreamAsync(Relative($"/api/images/{id:D}/events"), limit.Token);
            await foreach (var item in SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<ImageView>(data, JsonSerializerOptions.Web)!).EnumerateAsync(limit.Token))
            {
                events.Add((item.EventType, item.Data));
            }
        }
        catch (OperationCanceledException late)
        {
            throw new InvalidOperationException($"The events of image {id} do not end; those until now: {string.Join(", ", events)}", late);
        }

        return events;
    }

    /// <summary>The image's last event.</summary>
    public async Task<ImageView> EndAsync(Guid id) => (await FollowAsync(id))[^1].View;

    public Task<HttpResponseMessage> ContentAsync(Guid id) => Http.GetAsync(Relative($"/api/images/{id:D}/content"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        await _app.StopAsync(limit.Token).WaitAsync(Patience, TimeProvider.System);
        await _app.DisposeAsync().AsTask().WaitAsync(Patience, TimeProvider.System);
    }

    public static Uri Relative(string path) => new(path, UriKind.Relative);
}
