using Bus.Dashboard.Api;
using Bus.Jobs;
using Bus.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Dashboard;

/// <summary>The HTTP side of running a bus.</summary>
public static class BusApi
{
    /// <summary>
    /// Maps <c>/api/schedules</c>, <c>/api/timers</c> and, after <c>bus.AddJobs</c>, <c>/api/jobs</c>, <c>/api/batches</c> and <c>/api/queues</c>, and after <c>bus.AddDeadLetters</c>, <c>/api/dead-letters</c>: look at them, and change them. Whoever reaches it can do all of it: guard the group that is returned, for
    /// instance with <c>RequireAuthorization()</c>, or listen on loopback only; a browser that another site sends here may read nothing and change nothing. Errors are problem+json (RFC 9457). Needs
    /// <c>bus.UseDatabase</c> and <c>bus.AddSchedules</c>.
    /// </summary>
    /// <returns>The group, for conventions.</returns>
    public static RouteGroupBuilder MapBusApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api");
        api.AddEndpointFilter(async (context, next) =>
        {
            if (CrossSite.IsRefused(context.HttpContext.Request))
                return ApiProblems.CrossSite();
            // Set by the framework when it could not bind a parameter: it calls the filters, but then not the endpoint.
            if (context.HttpContext.Response.StatusCode == StatusCodes.Status400BadRequest)
                return ApiProblems.Malformed();
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
        // An endpoint whose service is not registered would keep the host from starting.
        if (app.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(IJobOperations)) == true)
        {
            JobEndpoints.Map(api.MapGroup("/jobs").WithTags("Jobs"));
            QueueEndpoints.Map(api.MapGroup("/queues").WithTags("Queues"));
            BatchEndpoints.Map(api.MapGroup("/batches").WithTags("Batches"));
        }

        if (app.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(IDeadLetters)) == true)
            DeadLetterEndpoints.Map(api.MapGroup("/dead-letters").WithTags("Dead letters"));
        return api;
    }
}
