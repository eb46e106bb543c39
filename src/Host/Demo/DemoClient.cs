using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Bus.Host.Startup;
using Bus.Services.Images.Http;
using Bus.Services.Orders.Http;
using Bus.Services.Reports.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Host.Demo;

/// <summary>A client of the HTTP API, as a user would write one.</summary>
internal sealed class DemoClient(HttpClient http) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

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

    /// <summary>Asks for a report of everything of a kind, and returns its id.</summary>
    public async Task<Guid> AskForReportAsync(string kind, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(new Uri("/api/reports", UriKind.Relative), new ReportRequest(kind), cancellationToken);
        return await AcceptedAsync(answer, cancellationToken);
    }

    /// <summary>Asks for the delivery of a report, and returns the id of the job that does it.</summary>
    public async Task<Guid> DeliverReportAsync(Guid report, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync(new Uri($"/api/reports/{report:D}/deliveries", UriKind.Relative), null, cancellationToken);
        return await AcceptedAsync(answer, cancellationToken);
    }

    /// <summary>A report as it changes, until it is ready or will not be.</summary>
    public IAsyncEnumerable<ReportView> FollowReportAsync(Guid id, CancellationToken cancellationToken) =>
        FollowAsync($"/api/reports/{id:D}", answer => answer.Deserialize<ReportView>(JsonSerializerOptions.Web)!, report => report.Status is "waiting" or "running", cancellationToken);

    /// <summary>A job as it changes, until it has come to its end.</summary>
    public IAsyncEnumerable<DemoJob> FollowJobAsync(Guid id, CancellationToken cancellationToken) => FollowAsync($"/api/jobs/{id:D}", JobOf, job => job.IsUnderWay, cancellationToken);

    /// <summary>Runs a job again that has come to its end.</summary>
    public async Task RunAgainAsync(Guid id, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync(new Uri($"/api/jobs/{id:D}/run-again", UriKind.Relative), null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Makes a product, or sets all of it.</summary>
    public async Task PutProductAsync(string sku, ProductRequest product, CancellationToken cancellationToken)
    {
        using var answer = await http.PutAsJsonAsync(new Uri($"/api/products/{sku}", UriKind.Relative), product, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The first page of products.</summary>
    public async Task<IReadOnlyList<ProductView>> ProductsAsync(CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync<ProductPage>(new Uri("/api/products", UriKind.Relative), cancellationToken))!.Products;

    /// <summary>Places an order; the answer comes when it is paid for.</summary>
    public async Task<DemoOrder> OrderAsync(OrderRequest order, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(new Uri("/api/orders", UriKind.Relative), order, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return DemoOrder.Of(await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
    }

    /// <summary>An order as it changes, until nothing more happens to it by itself.</summary>
    public IAsyncEnumerable<DemoOrder> FollowOrderAsync(Guid id, CancellationToken cancellationToken) => FollowAsync($"/api/orders/{id:D}", DemoOrder.Of, order => order.IsUnderWay, cancellationToken);

    public void Dispose() => http.Dispose();

    private static async Task<Guid> AcceptedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<ReportAccepted>(cancellationToken))!.Id;
    }

    private static DemoJob JobOf(JsonElement answer)
    {
        var job = answer.GetProperty("job");
        return new DemoJob(job.GetProperty("state").GetString()!, job.GetProperty("attempts").GetInt32(), job.GetProperty("error").GetString()?.Split('\n')[0].TrimEnd());
    }

    private async IAsyncEnumerable<T> FollowAsync<T>(string path, Func<JsonElement, T> read, Func<T, bool> goesOn, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        T? known = null;
        while (known is null || goesOn(known))
        {
            var seen = read(await http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), cancellationToken));
            if (seen.Equals(known))
            {
                await Task.Delay(LookEvery, TimeProvider.System, cancellationToken);
                continue;
            }

            yield return known = seen;
        }
    }
}
