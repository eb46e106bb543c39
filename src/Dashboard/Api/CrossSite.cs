using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Bus.Dashboard.Api;

/// <summary>A page of another site may make a browser send a request here that changes something, with the rights of whoever sits before it: such requests say where they come from.</summary>
internal static class CrossSite
{
    public static bool IsRefused(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return false;
        // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site])
            return site is not ("same-origin" or "none");
        return request.Headers[HeaderNames.Origin] is [{ Length: > 0 } origin] && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value);
    }
}
