using System.Net.Http.Headers;

namespace Bus.Services;

/// <summary>What the clients of other people's HTTP APIs have in common.</summary>
internal static class ProviderHttp
{
    private const int LongestText = 300;

    /// <summary>
    /// A client whose relative addresses are below <paramref name="url"/>. It follows no redirects, keeps no cookies, looks its host up again every two minutes, reads no body of more than 64 KiB, and has no time-out of its own.
    /// </summary>
    /// <param name="url">Where the API is.</param>
    /// <param name="token">Sent as <c>Authorization: Bearer</c>; null for none.</param>
    public static HttpClient Create(Uri url, string? token)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
        {
            BaseAddress = new Uri($"{url.AbsoluteUri.TrimEnd('/')}/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 64 * 1024,
        };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>A text of a provider's as it may be shown to customers: one line, at most 300 characters; null for none.</summary>
    public static string? Shown(string? text)
    {
        var clean = new string([.. (text ?? "").Select(letter => char.IsControl(letter) ? ' ' : letter)]).Trim();
        return clean.Length == 0 ? null : clean.Length <= LongestText ? clean : clean[..LongestText];
    }
}
