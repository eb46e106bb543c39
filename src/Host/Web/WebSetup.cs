using Bus.Dashboard;
using Bus.Host.Startup;
using Bus.Services.Images.Http;
using Bus.Services.Notifications.Http;
using Bus.Services.Orders.Fulfilment.Http;
using Bus.Services.Orders.Http;
using Bus.Services.Reports.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Host.Web;

/// <summary>The HTTP side of the process: problems as JSON, token, health, and the API where the process has that role.</summary>
internal static class WebSetup
{
    public static void AddWeb(this WebApplicationBuilder builder, HostSettings settings)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
            context.ProblemDetails.Detail ??= Explain(context.HttpContext, context.ProblemDetails.Status));
        builder.Services.AddOpenApi("v1");
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database", tags: [HealthReply.Ready]);
        if (settings.Token is null && settings.Urls.All(ListenAddress.IsLoopback))
        {
            // An open API on loopback answers to this machine's names only, so that a web page elsewhere cannot reach it under a name of its own.
            builder.Services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        }
    }

    public static void UseWeb(this WebApplication app, HostSettings settings)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = HealthReply.WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = x => x.Tags.Contains(HealthReply.Ready), ResponseWriter = HealthReply.WriteAsync });
        if (!settings.Has(HostRoles.Api))
        {
            return;
        }

        if (settings.Token is { } token)
        {
            // Providers do not know the token: their calls are signed.
            app.UseWhen(http => NeedsToken(http.Request.Path), api => api.UseMiddleware<ApiTokenMiddleware>(token));
        }

        app.MapOpenApi();
        app.MapImages();
        app.MapReports();
        app.MapOrders();
        app.MapOrderFulfilment();
        app.MapNotifications();
        app.MapBusApi();
    }

    private static bool NeedsToken(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !path.StartsWithSegments(NotificationEndpoints.Callbacks, StringComparison.OrdinalIgnoreCase);

    // The framework refuses some requests before any of our code sees them, and says no more than the status.
    private static string Explain(HttpContext http, int? status) => status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {http.Request.Path}. /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{http.Request.Path} does not take {http.Request.Method}. /openapi/v1.json says what it takes.",
        StatusCodes.Status415UnsupportedMediaType => $"The content type '{http.Request.ContentType}' is not taken here. /openapi/v1.json says which is.",
        >= StatusCodes.Status500InternalServerError => "It failed here and not with you. The log has more under this trace id; try again later.",
        _ => "The request is malformed. /openapi/v1.json says how it must be.",
    };
}
