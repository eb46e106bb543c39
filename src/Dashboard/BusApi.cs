using Bus.Dashboard.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard;

/// <summary>The HTTP side of running a bus.</summary>
public static class BusApi
{
    /// <summary>
    /// Maps <c>/api/schedules</c> and <c>/api/timers</c>: look at them, and change them. Whoever reaches it can do all of it: guard the group that is returned, for instance with <c>RequireAuthorization()</c>, or
    /// listen on loopback only; a browser that another site sends here may read nothing and change nothing. Errors are problem+json (RFC 9457). Needs <c>bus.UseDatabase</c> and <c>bus.AddSchedules</c>.
    /// </summary>
    /// <returns>The group, for conventions.</returns>
    public static RouteGroupBuilder MapBusApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api");
        api.AddEndpointFilter(async (context, next) =>
        {
            if (CrossSite.IsRefused(context.HttpContext.Request))
                return ApiProblems.CrossSite();
            try
            {
                return await next(context);
            }
            catch (Exception exception) when (ApiProblems.Of(exception) is { } problem)
            {
                return problem;
            }
        });
        ScheduleEndpoints.Map(api.MapGroup("/schedules").WithTags("Schedules"));
        TimerEndpoints.Map(api.MapGroup("/timers").WithTags("Timers"));
        return api;
    }
}
