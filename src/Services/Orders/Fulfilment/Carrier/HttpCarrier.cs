using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Core.Recoverability;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>
/// A carrier that is asked over HTTP: <c>POST labels</c> and <c>DELETE labels/{order}</c>, each with an <c>Idempotency-Key</c> made of the order's id, so that an answer that was lost is simply asked for again. Asks
/// once: who tries again, and when, is the endpoint's affair. A carrier must remember the <c>DELETE</c> of an order that it has no label of, to which it answers 204 or 404: a <c>POST</c> of that reference that comes, or is
/// done, later is answered with 410 or 422 and makes none.
/// </summary>
internal sealed class HttpCarrier : ICarrier, IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;

    public HttpCarrier(IOptions<FulfilmentOptions> options, TimeProvider clock)
    {
        var carrier = options.Value.Carrier;
        (_clock, _limit) = (clock, carrier.AnswerWithin);
        _http = ProviderHttp.Create(carrier.Url!, carrier.Token);
    }

    public Task<string> CreateLabelAsync(Guid orderId, OrderAddress address, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "labels", $"{orderId:D}", JsonContent.Create(new { reference = orderId, address }, options: JsonSerializerOptions.Web), LabelOfAsync, cancellationToken);

    public Task VoidLabelAsync(Guid orderId, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Delete, $"labels/{orderId:D}", $"void-{orderId:D}", null, (answer, _) => Task.FromResult(IsVoid(answer) ? "" : throw Failure(answer)), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<string> AskAsync(HttpMethod method, string path, string key, HttpContent? body, Func<HttpResponseMessage, CancellationToken, Task<string>> read, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        request.Headers.Add("Idempotency-Key", key);
        using var limit = new CancellationTokenSource(_limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await _http.SendAsync(request, either.Token);
            return await read(answer, either.Token);
        }
        catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The carrier at {_http.BaseAddress} did not answer {method} {path} within {_limit.TotalSeconds:0.#} s (`Bus:Orders:Carrier:AnswerWithin`).", cancelled);
        }
    }

    private async Task<string> LabelOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken) => answer.StatusCode switch
    {
        HttpStatusCode.OK or HttpStatusCode.Created => await ReadAsync(answer, cancellationToken) is { Label: { Length: > 0 and <= ShippingLabelRow.LongestLabel } label } ? label : throw Failure(answer),
        // It understood, and says no; of this one alone it is certain that it is about the parcel.
        HttpStatusCode.UnprocessableEntity => throw new CarrierRefusedException(ProviderHttp.Shown((await ReadAsync(answer, cancellationToken))?.Reason) ?? "The carrier does not take the parcel."),
        HttpStatusCode.Gone => throw new CarrierRefusedException("The label was voided before it was made."),
        _ => throw Failure(answer),
    };

    private static bool IsVoid(HttpResponseMessage answer) => answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private Exception Failure(HttpResponseMessage answer)
    {
        var said = $"The carrier at {_http.BaseAddress} answered {answer.RequestMessage!.Method} with {(int)answer.StatusCode}.";
        return answer.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict => new RetryAfterException(said, answer.AskedDelay(_clock)),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new CarrierFailedException(said),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new CarrierFailedException($"{said} Check `Bus:Orders:Carrier:Token`."),
            _ => new CarrierFailedException($"{said} Its answer is not what was agreed upon. Check `Bus:Orders:Carrier:Url`."),
        };
    }

    private static async Task<Answer?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync<Answer>(JsonSerializerOptions.Web, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Answer(string? Label, string? Reason);
}
