using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Bus.Host.Startup;
using Bus.Services.Images.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Host.Demo;

/// <summary>A client of the HTTP API, as a user would write one.</summary>
internal sealed class DemoClient(HttpClient http) : IDisposable
{
    public static DemoClient Of(WebApplication app)
    {
        var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Timeout.InfiniteTimeSpan };
        if (app.Services.GetRequiredService<HostSettings>().Token is { } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return new DemoClient(http);
    }

    /// <summary>Uploads a file and returns the image's id.</summary>
    public async Task<Guid> UploadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var form = new MultipartFormDataContent { { new StreamContent(file), "file", Path.GetFileName(path) } };
        using var answer = await http.PostAsync(new Uri("/api/images", UriKind.Relative), form, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<ImageAccepted>(cancellationToken))!.Id;
    }

    /// <summary>The image as it changes, until it is ready or failed.</summary>
    public async IAsyncEnumerable<ImageView> FollowAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await http.GetStreamAsync(new Uri($"/api/images/{id:D}/events", UriKind.Relative), cancellationToken);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<ImageView>(data, JsonSerializerOptions.Web)!);
        await foreach (var happened in events.EnumerateAsync(cancellationToken))
        {
            yield return happened.Data;
        }
    }

    /// <summary>Fetches the finished image and its MIME type.</summary>
    public async Task<(byte[] Bytes, string? ContentType)> DownloadAsync(string contentUrl, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri(contentUrl, UriKind.Relative), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadAsByteArrayAsync(cancellationToken), answer.Content.Headers.ContentType?.MediaType);
    }

    public void Dispose() => http.Dispose();
}
