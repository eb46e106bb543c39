using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bus.TestSupport;

/// <summary>One call that a <see cref="TestProvider"/> got.</summary>
public sealed record ProviderCall(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>The other side of HTTP calls: a real server on 127.0.0.1 that keeps what it is sent, and answers as a test says.</summary>
public sealed class TestProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestProvider(WebApplication app) => _app = app;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>The calls that were answered with success.</summary>
    public ConcurrentQueue<ProviderCall> Taken { get; } = new();

    /// <summary>The calls that were refused.</summary>
    public ConcurrentQueue<ProviderCall> Refused { get; } = new();

    /// <summary>Answers a call with a status, and may set headers; 200 unless a test says otherwise.</summary>
    public Func<ProviderCall, HttpResponse, int> Answer { get; set; } = (_, _) => 200;

    public static async Task<TestProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var provider = new TestProvider(app);
        app.Run(provider.TakeAsync);
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var call = new ProviderCall(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
        var status = Answer(call, context.Response);
        (status < 300 ? Taken : Refused).Enqueue(call);
        context.Response.StatusCode = status;
        await context.Response.WriteAsync("""{ "id": "provider-1" }""");
    }
}
