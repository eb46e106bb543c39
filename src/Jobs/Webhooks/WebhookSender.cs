using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Bus.Core.Recoverability;
using Bus.Jobs.Running;

namespace Bus.Jobs.Webhooks;

/// <summary>Makes the calls: no redirect is followed, no proxy asked, and no address connected to that may not be. Thread-safe.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const int MostOfAnswer = 1_000;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    private readonly WebhookRules _rules;
    private readonly WebhookSignature _signature;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public WebhookSender(WebhookRules rules, WebhookSignature signature, TimeProvider time)
    {
        (_rules, _signature, _time) = (rules, signature, time);
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // Neither trace nor baggage of ours goes to others.
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        };
        _http = new HttpClient(connections) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Makes one call; returns when the other side has taken it.</summary>
    /// <exception cref="JobDeadException">It will not, however often it is asked.</exception>
    public async Task SendAsync(Uri address, Guid id, byte[] body, CancellationToken cancellationToken)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id.ToString("D"));
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _signature.Of(id.ToString("D"), timestamp, body));
        using var limit = new CancellationTokenSource(TimeLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            _rules.Require(address);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!answer.IsSuccessStatusCode)
                throw Failure(answer, await StartAsync(answer, either.Token));
        }
        catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"`{address.IdnHost}` did not answer within {TimeLimit.TotalSeconds} s.", cancelled);
        }
        catch (JobException refused)
        {
            throw new JobDeadException(refused.Message, refused);
        }
        catch (HttpRequestException failed) when (failed.InnerException is JobException refused)
        {
            throw new JobDeadException(refused.Message, refused);
        }
    }

    public void Dispose() => _http.Dispose();

    private Exception Failure(HttpResponseMessage answer, string text)
    {
        var status = answer.StatusCode;
        var message = $"`{answer.RequestMessage!.RequestUri!.IdnHost}` answered {(int)status}: {text}";
        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && RetryAfter(answer) is { } after)
            return new RetryAfterException(message, after);
        if (status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500)
            return new WebhookFailedException(message);
        return new JobDeadException((int)status < 400 ? $"{message}. Redirects are not followed: give the address itself." : message);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.AskedDelay(_time) is { } asked ? (asked < LongestRetryAfter ? asked : LongestRetryAfter) : null;

    // As much of what it says as helps to find out why.
    private static async Task<string> StartAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostOfAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    // What is connected to is what was looked at: a name that leads elsewhere the next time changes nothing.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.InitialRequestMessage.RequestUri!.IdnHost;
        var addresses = _rules.Choose(host, await Dns.GetHostAddressesAsync(host, cancellationToken));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
