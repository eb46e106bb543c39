using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Bus.Observability;

/// <summary>Makes OpenTelemetry listen to the bus.</summary>
public static class BusInstrumentationExtensions
{
    private static readonly string[] Names = ["MassTransit", "Bus"];

    /// <summary>Adds the spans of sends, receives and handlers. A listener costs a handler about a microsecond.</summary>
    public static TracerProviderBuilder AddBusInstrumentation(this TracerProviderBuilder builder) => builder.AddSource(Names);

    /// <summary>Adds the counters and durations of the bus.</summary>
    public static MeterProviderBuilder AddBusInstrumentation(this MeterProviderBuilder builder) => builder.AddMeter(Names);
}
