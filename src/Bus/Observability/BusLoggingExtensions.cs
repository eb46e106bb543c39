using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using Serilog.Events;

namespace Bus.Observability;

/// <summary>Writes the log with Serilog.</summary>
public static class BusLoggingExtensions
{
    /// <summary>
    /// Replaces the host's logging by Serilog, configured by section <c>Serilog</c>; without <c>Serilog:WriteTo</c> it writes to the console. Of <c>Microsoft</c> it writes warnings, and where the host listens. Every entry made while
    /// a message is handled carries <c>MessageId</c>, <c>CorrelationId</c> and <c>ConversationId</c>.
    /// </summary>
    public static TBuilder UseBusSerilog<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var configuration = builder.Configuration;
        builder.Services.AddHostedService<MessageActivityListener>();
        builder.Services.AddSerilog((services, log) =>
        {
            log.MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                // Where it listens, and that it stops.
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                .ReadFrom.Configuration(configuration)
                .ReadFrom.Services(services)
                .Filter.ByExcluding(IsFailedStart)
                .Enrich.FromLogContext()
                .Enrich.With<MessageEnricher>();
            if (!configuration.GetSection("Serilog:WriteTo").GetChildren().Any())
            {
                log.WriteTo.Console(formatProvider: System.Globalization.CultureInfo.InvariantCulture);
            }
        });
        return builder;
    }

    // The host throws what it logs there: whoever catches it says it once, and better; else the runtime does.
    private static bool IsFailedStart(LogEvent entry) =>
        entry.Properties.TryGetValue("EventId", out var id) && id is StructureValue { Properties: var parts }
        && parts.Any(part => part is { Name: "Name", Value: ScalarValue { Value: "HostedServiceStartupFaulted" } });
}
