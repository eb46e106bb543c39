using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Bus.Host.Web;

/// <summary>Lets in who knows the token: <c>Authorization: Bearer …</c>.</summary>
internal sealed class ApiTokenMiddleware(RequestDelegate next, IProblemDetailsService problems, string token)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _token = Hash(token);

    public async Task InvokeAsync(HttpContext http)
    {
        if (IsKnown(http.Request.Headers.Authorization))
        {
            await next(http);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.Headers.WWWAuthenticate = "Bearer";
        await problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = http,
            ProblemDetails = { Status = StatusCodes.Status401Unauthorized, Title = "The token is missing or wrong", Detail = "Send `Authorization: Bearer` with the token of `Bus:Api:Token`." },
        });
    }

    // Hashes of one length compare in a time that tells nothing about the token, its length included.
    private bool IsKnown(string? header) =>
        header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true && CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..]), _token);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
