using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Http;

/// <summary>Writes views as server-sent events: <c>progress</c>, at last <c>ready</c> or <c>failed</c>, and comments while nothing happens.</summary>
internal static class ImageEventWriter
{
    public static async Task WriteAsync(HttpContext http, IAsyncEnumerable<ImageView?> views)
    {
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        // Some proxies collect small writes into large ones unless told not to.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await foreach (var view in views)
            {
                await http.Response.WriteAsync(view is null ? ": still here\n\n" : Event(view, json), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The reader has left, or the server is stopping: there is nobody to tell.
        }
    }

    private static string Event(ImageView view, JsonSerializerOptions json) =>
        $"event: {(view.IsFinal ? view.Status : "progress")}\ndata: {JsonSerializer.Serialize(view, json)}\n\n";
}
