using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bus.TestSupport;

/// <summary>
/// A payment gateway over a real socket, with a ledger of its own: it takes the money of a key once, answers what it answered before, and misbehaves as a test says. The source <c>declined</c> is declined.
/// </summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, GatewayReply> _replies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _inProgress = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _voided = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.Ordinal);
    private WebApplication _app = null!;

    /// <summary>Every time that money was taken. A reference that is in it twice was charged twice.</summary>
    public ConcurrentQueue<(string Reference, long Amount, string Currency)> Charges { get; } = new();

    /// <summary>Every time that money was given back.</summary>
    public ConcurrentQueue<string> Refunds { get; } = new();

    /// <summary>How the next requests go wrong, one after the other; then none does.</summary>
    public ConcurrentQueue<GatewayFault> Faults { get; } = new();

    /// <summary>How all requests go wrong from now on; null for those of <see cref="Faults"/> only.</summary>
    public GatewayFault? Always { get; set; }

    /// <summary>What <see cref="GatewayFault.Late"/> waits for.</summary>
    public TaskCompletionSource Patience { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs after the money was taken and before the answer leaves.</summary>
    public Func<string, Task> AfterCharge { get; set; } = _ => Task.CompletedTask;

    public Uri Url => new($"{_app.Urls.Single()}/v1");

    /// <summary>How often it was asked with this key.</summary>
    public int TriesOf(string key) => _tries.GetValueOrDefault(key);

    public static async Task<GatewayServer> StartAsync()
    {
        var server = new GatewayServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.MapPost("/v1/charges", server.ChargeAsync);
        server._app.MapPost("/v1/refunds", server.RefundAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Patience.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task ChargeAsync(HttpContext http)
    {
        var asked = (await http.Request.ReadFromJsonAsync<Question>())!;
        var key = KeyOf(http);
        var fault = Always ?? (Faults.TryDequeue(out var next) ? next : null);
        if (fault is GatewayFault.Broken or GatewayFault.TooMany)
        {
            await FailAsync(http, fault.Value);
            return;
        }

        if (!_inProgress.TryAdd(key, true))
        {
            http.Response.StatusCode = StatusCodes.Status409Conflict;
            return;
        }

        try
        {
            if (fault == GatewayFault.Late)
                await Patience.Task;
            var reply = _replies.GetOrAdd(key, _ => Charge(asked));
            await AfterCharge(asked.Reference);
            await AnswerAsync(http, reply, fault);
        }
        finally
        {
            _inProgress.TryRemove(key, out _);
        }
    }

    private async Task RefundAsync(HttpContext http)
    {
        var asked = (await http.Request.ReadFromJsonAsync<Question>())!;
        var fault = Always ?? (Faults.TryDequeue(out var next) ? next : null);
        if (fault is GatewayFault.Broken or GatewayFault.TooMany)
        {
            await FailAsync(http, fault.Value);
            return;
        }

        var reply = _replies.GetOrAdd(KeyOf(http), _ => Refund(asked.Reference));
        await AnswerAsync(http, reply, fault);
    }

    private string KeyOf(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].Single()!;
        _tries.AddOrUpdate(key, 1, (_, count) => count + 1);
        return key;
    }

    private GatewayReply Charge(Question asked)
    {
        if (_voided.ContainsKey(asked.Reference))
            return new GatewayReply(StatusCodes.Status402PaymentRequired, """{"reason":"The reference was voided."}""");
        if (asked.Source == "declined")
            return new GatewayReply(StatusCodes.Status402PaymentRequired, """{"reason":"Insufficient funds."}""");
        Charges.Enqueue((asked.Reference, asked.Amount, asked.Currency!));
        return new GatewayReply(StatusCodes.Status201Created, string.Create(CultureInfo.InvariantCulture, $$"""{"id":"ch_{{Charges.Count}}","status":"charged"}"""));
    }

    private GatewayReply Refund(string reference)
    {
        _voided[reference] = true;
        if (Charges.All(charge => charge.Reference != reference))
            return new GatewayReply(StatusCodes.Status200OK, """{"status":"nothing-to-refund"}""");
        Refunds.Enqueue(reference);
        return new GatewayReply(StatusCodes.Status200OK, """{"status":"refunded"}""");
    }

    private static async Task AnswerAsync(HttpContext http, GatewayReply reply, GatewayFault? fault)
    {
        if (fault == GatewayFault.AnswerLost)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(fault switch
        {
            GatewayFault.Malformed => """{"id": 17, "status": [""",
            GatewayFault.Twice => reply.Body + reply.Body,
            _ => reply.Body,
        });
    }

    private static Task FailAsync(HttpContext http, GatewayFault fault)
    {
        http.Response.StatusCode = fault == GatewayFault.Broken ? StatusCodes.Status500InternalServerError : StatusCodes.Status429TooManyRequests;
        if (fault == GatewayFault.TooMany)
            http.Response.Headers.RetryAfter = "1";
        return http.Response.WriteAsync("<html>It is not you, it is us.</html>");
    }

    private sealed record Question(string Reference, long Amount, string? Currency, string? Source);

    private sealed record GatewayReply(int Status, string Body);
}

/// <summary>What a gateway may do wrong.</summary>
public enum GatewayFault
{
    /// <summary>Says nothing until the test lets it; the money is taken all the same.</summary>
    Late,

    /// <summary>Gives its answer twice over.</summary>
    Twice,

    /// <summary>429, to be asked again in a second; nothing is taken.</summary>
    TooMany,

    /// <summary>500, with a page; nothing is taken.</summary>
    Broken,

    /// <summary>Takes the money, and answers something else than JSON.</summary>
    Malformed,

    /// <summary>Takes the money, and the connection breaks before the answer.</summary>
    AnswerLost,
}
