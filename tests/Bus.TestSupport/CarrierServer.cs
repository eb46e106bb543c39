using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bus.TestSupport;

/// <summary>A carrier over a real socket: it makes one label a key, voids it when asked, and misbehaves as a test says. It does not serve the country <c>AQ</c>.</summary>
public sealed class CarrierServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _voided = new(StringComparer.Ordinal);
    private int _made;
    private int _asked;
    private WebApplication _app = null!;

    /// <summary>How the next requests go wrong, one after the other; then none does.</summary>
    public ConcurrentQueue<CarrierFault> Faults { get; } = new();

    /// <summary>How all requests go wrong from now on; null for those of <see cref="Faults"/> only.</summary>
    public CarrierFault? Always { get; set; }

    /// <summary>Runs before a label is made.</summary>
    public Func<string, Task> BeforeLabel { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a label was made and before the answer leaves.</summary>
    public Func<string, Task> AfterLabel { get; set; } = _ => Task.CompletedTask;

    public Uri Url => new($"{_app.Urls.Single()}/v1");

    /// <summary>How many labels were ever made.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>How often it was asked for anything.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The references that have a label with which a parcel could be sent.</summary>
    public IReadOnlyCollection<string> Valid => [.. _labels.Keys.Where(reference => !_voided.ContainsKey(reference))];

    public static async Task<CarrierServer> StartAsync()
    {
        var server = new CarrierServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.MapPost("/v1/labels", server.MakeAsync);
        server._app.MapDelete("/v1/labels/{reference}", server.VoidAsync);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task MakeAsync(HttpContext http)
    {
        var asked = (await http.Request.ReadFromJsonAsync<JsonElement>())!;
        var reference = asked.GetProperty("reference").GetString()!;
        if (http.Request.Headers["Idempotency-Key"] != reference)
            throw new InvalidOperationException($"The key of {reference} is {http.Request.Headers["Idempotency-Key"]}.");
        var fault = Next();
        if (await FailsAsync(http, fault))
            return;
        if (asked.GetProperty("address").GetProperty("country").GetString() == "AQ")
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await http.Response.WriteAsJsonAsync(new { reason = "There is no road to AQ." });
            return;
        }

        await BeforeLabel(reference);
        if (_voided.ContainsKey(reference))
        {
            http.Response.StatusCode = StatusCodes.Status410Gone;
            return;
        }

        var label = _labels.GetOrAdd(reference, _ => $"L{Interlocked.Increment(ref _made):D6}");
        await AfterLabel(reference);
        if (fault == CarrierFault.AnswerLost)
            http.Abort();
        else if (fault == CarrierFault.Malformed)
            await http.Response.WriteAsync("<html>");
        else
            await http.Response.WriteAsJsonAsync(new { label });
    }

    private async Task VoidAsync(HttpContext http, string reference)
    {
        if (http.Request.Headers["Idempotency-Key"] != $"void-{reference}")
            throw new InvalidOperationException($"The key that voids {reference} is {http.Request.Headers["Idempotency-Key"]}.");
        if (await FailsAsync(http, Next()))
            return;
        // It keeps out what would be made later, too.
        _voided[reference] = true;
        if (!_labels.ContainsKey(reference))
            http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private CarrierFault? Next()
    {
        Interlocked.Increment(ref _asked);
        return Always ?? (Faults.TryDequeue(out var next) ? next : null);
    }

    private static async Task<bool> FailsAsync(HttpContext http, CarrierFault? fault)
    {
        if (fault is not (CarrierFault.Broken or CarrierFault.TooMany or CarrierFault.Silent))
            return false;
        if (fault == CarrierFault.Silent)
        {
            // Until who asks has had enough.
            var gone = new TaskCompletionSource();
            await using var registration = http.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return true;
        }

        http.Response.StatusCode = fault == CarrierFault.Broken ? StatusCodes.Status500InternalServerError : StatusCodes.Status429TooManyRequests;
        if (fault == CarrierFault.TooMany)
            http.Response.Headers.RetryAfter = "1";
        await http.Response.WriteAsync("<html>It is not you, it is us.</html>");
        return true;
    }
}

/// <summary>What a carrier may do wrong.</summary>
public enum CarrierFault
{
    /// <summary>500, with a page; nothing is made.</summary>
    Broken,

    /// <summary>429, to be asked again in a second; nothing is made.</summary>
    TooMany,

    /// <summary>Says nothing until who asks has had enough; nothing is made.</summary>
    Silent,

    /// <summary>Makes the label, and answers something else than JSON.</summary>
    Malformed,

    /// <summary>Makes the label, and the connection breaks before the answer.</summary>
    AnswerLost,
}
