using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Core.Recoverability;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Bus.Services.Orders.Payments;

/// <summary>A gateway that is asked over HTTP: <c>POST charges</c> and <c>POST refunds</c>, each with an <c>Idempotency-Key</c> made of the order's id, so that an answer that was lost is simply asked for again.</summary>
internal sealed class HttpPaymentGateway : IPaymentGateway, IDisposable
{
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeProvider _clock;

    public HttpPaymentGateway(IOptions<OrderOptions> options, TimeProvider clock)
    {
        var gateway = options.Value.Gateway;
        (_clock, _pipeline) = (clock, GatewayPipeline.Build(options.Value, clock));
        _http = ProviderHttp.Create(gateway.Url!, gateway.Token);
    }

    public Task<ChargeAnswer> ChargeAsync(ChargeOrder charge, CancellationToken cancellationToken) => AskAsync(
        "charges",
        $"{charge.OrderId:D}",
        new { reference = charge.OrderId, charge.Amount, charge.Currency, charge.Source },
        (status, body) => (status, body) switch
        {
            (HttpStatusCode.OK or HttpStatusCode.Created, { Status: "charged", Id.Length: > 0 and <= 200 }) => ChargeAnswer.Taken(body.Id),
            (HttpStatusCode.PaymentRequired, _) => ChargeAnswer.Declined(ProviderHttp.Shown(body?.Reason) ?? "The payment was declined."),
            _ => null,
        },
        cancellationToken);

    public Task RefundAsync(Guid orderId, CancellationToken cancellationToken) => AskAsync(
        "refunds",
        $"refund-{orderId:D}",
        new { reference = orderId },
        (status, body) => status == HttpStatusCode.OK && body is { Status: "refunded" or "nothing-to-refund" } ? body : null,
        cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(string path, string key, object question, Func<HttpStatusCode, Answer?, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await TryAsync(path, key, question, read, token), cancellationToken);
        }
        catch (Exception silent) when (silent is HttpRequestException or TimeoutRejectedException or BrokenCircuitException or GatewayFailedException)
        {
            throw new PaymentUnknownException($"The payment gateway at {_http.BaseAddress} has not said what became of {key}: {silent.Message}", silent);
        }
    }

    private async Task<T> TryAsync<T>(string path, string key, object question, Func<HttpStatusCode, Answer?, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(question, options: JsonSerializerOptions.Web) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (FailureOf(answer) is { } failure)
            throw failure;
        return read(answer.StatusCode, await ReadAsync(answer, cancellationToken)) ?? throw Unreadable(answer);
    }

    private GatewayFailedException? FailureOf(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.PaymentRequired => null,
        HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests => new GatewayFailedException(Said(answer), GatewayFailure.Later, answer.AskedDelay(_clock)),
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new GatewayFailedException(Said(answer), GatewayFailure.Broken, answer.AskedDelay(_clock)),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new GatewayFailedException($"{Said(answer)} Check `Bus:Orders:Gateway:Token`.", GatewayFailure.Refused),
        _ => new GatewayFailedException($"{Said(answer)} Check `Bus:Orders:Gateway:Url`.", GatewayFailure.Refused),
    };

    // Of a decline only the status counts: its reason may be missing, or not be JSON.
    private static async Task<Answer?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            // The bytes, whatever charset it says that they are in: JSON is UTF-8.
            return JsonSerializer.Deserialize<Answer>(await answer.Content.ReadAsByteArrayAsync(cancellationToken), JsonSerializerOptions.Web);
        }
        catch (JsonException) when (answer.StatusCode == HttpStatusCode.PaymentRequired)
        {
            return null;
        }
        catch (JsonException malformed)
        {
            throw Unreadable(answer, malformed.Message);
        }
    }

    // Without the error of the parser, which everywhere else says that the same would come of it again.
    private static GatewayFailedException Unreadable(HttpResponseMessage answer, string? why = null) =>
        new($"{Said(answer)} Its body is not what was agreed upon.{(why is null ? "" : $" {why}")}", GatewayFailure.Broken);

    private static string Said(HttpResponseMessage answer) => $"It answered {(int)answer.StatusCode}.";

    private sealed record Answer(string? Id, string? Status, string? Reason);
}
