using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bus.Host.Web;

/// <summary>The body of the health endpoints: <c>{"status":"Degraded","checks":[{"name":…,"status":…,"description":…}]}</c>. Degraded answers 200, Unhealthy 503.</summary>
internal static class HealthReply
{
    /// <summary>The tag of checks that say whether the process can serve.</summary>
    public const string Ready = "ready";

    public static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.Select(x => new { name = x.Key, status = x.Value.Status.ToString(), description = x.Value.Description }),
    });
}
