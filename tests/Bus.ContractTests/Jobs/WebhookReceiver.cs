using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Bus.ContractTests.Jobs;

/// <summary>The other side: a real server that keeps what it is sent, and answers as a test says.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    public static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private WebApplication _app = null!;

    public ConcurrentQueue<(string Path, string Id, bool IsSigned, string Body)> Calls { get; } = new();

    /// <summary>What it answers, one after the other; then 200.</summary>
    public ConcurrentQueue<Action<HttpResponse>> Answers { get; } = new();

    public Uri Address => new($"{_app.Urls.Single()}/hook?of=job");

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver._app = builder.Build();
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (id, timestamp) = (context.Request.Headers["webhook-id"].ToString(), context.Request.Headers["webhook-timestamp"].ToString());
        var expected = $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";
        Calls.Enqueue((context.Request.Path + context.Request.QueryString, id, context.Request.Headers["webhook-signature"] == expected, body));
        if (Answers.TryDequeue(out var answer))
            answer(context.Response);
        await context.Response.WriteAsync("As told.");
    }
}
