using System.Diagnostics.Metrics;
using Bus.Core.Telemetry;

namespace Bus.Persistence.Sagas;

internal static class SagaMetrics
{
    private static readonly Meter Meter = new(TelemetryNames.Meter);
    private static readonly Counter<long> Conflicts = Meter.CreateCounter<long>(
        TelemetryNames.SagaConflicts, "{conflict}", "Tries of a saga message that lost a race for their row and were made again.");

    public static void CountConflict(string saga) => Conflicts.Add(1, new KeyValuePair<string, object?>(TelemetryNames.SagaTag, saga));
}
