using Bus.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Bus.Host.Startup;

/// <summary>Logs by Serilog as section <c>Serilog</c> says; traces and metrics by OpenTelemetry where somebody collects them.</summary>
internal static class Observability
{
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        builder.UseBusSerilog();
        // A listener costs a microsecond a message; without a collector nobody would read what it writes.
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            builder.Services.AddOpenTelemetry()
                .WithTracing(traces => traces.AddBusInstrumentation().AddAspNetCoreInstrumentation())
                .WithMetrics(metrics => metrics.AddBusInstrumentation().AddAspNetCoreInstrumentation())
                .UseOtlpExporter();
        }
    }
}
