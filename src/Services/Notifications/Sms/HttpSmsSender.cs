using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Core.Recoverability;
using Bus.Services.Notifications.Delivering;

namespace Bus.Services.Notifications.Sms;

/// <summary>
/// Hands messages to a provider over HTTP: <c>POST {Url}/messages</c> with <c>{ "id", "to", "text" }</c> and the id as <c>Idempotency-Key</c>. 429 and 503 with <c>Retry-After</c> come later without spending an attempt; 408, 409 (it has
/// the message in work), 429 and 5xx are tried again; 401 and 403 tell of our key, and every other 4xx refuses the message for good.
/// </summary>
internal sealed class HttpSmsSender : ISmsSender, IDisposable
{
    private const int MostOfAnswer = 64 * 1024;

    private readonly SmsOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public HttpSmsSender(SmsOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _http = ProviderHttp.Create(new Uri(options.Url!), options.Key);
        _http.Timeout = options.Timeout;
    }

    public async Task<string?> SendAsync(Guid id, string to, string text, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("messages", UriKind.Relative)) { Content = JsonContent.Create(new { id, to, text }) };
        request.Headers.Add("Idempotency-Key", id.ToString("D"));
        try
        {
            using var answer = (await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)).ThrowUnlessSuccess(_clock);
            return await NameInAsync(answer, cancellationToken);
        }
        catch (HttpRequestException failed) when (failed.StatusCode is null or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new ChannelDownException(
                failed.StatusCode is null ? $"The SMS provider at {_http.BaseAddress!.Host} cannot be reached: {failed.Message}" : $"The SMS provider answers {(int)failed.StatusCode}: look at `{NotificationOptions.Section}:Sms:Key`.", failed);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The SMS provider at {_http.BaseAddress!.Host} did not answer within {_options.Timeout}.", late);
        }
    }

    public void Dispose() => _http.Dispose();

    // A provider that says something else, or breaks off, has taken the message all the same.
    private async Task<string?> NameInAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token);
            var start = new byte[MostOfAnswer];
            var length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, either.Token);
            using var document = JsonDocument.Parse(start.AsMemory(0, length));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("id", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        }
        catch (Exception said) when (said is JsonException or IOException or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
