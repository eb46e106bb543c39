using System.Diagnostics.Metrics;
using Bus.Core.Telemetry;

namespace Bus.ContractTests;

/// <summary>Counts the tries of one saga's messages that lost a race, as long as it lives.</summary>
internal sealed class ConflictCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public ConflictCounter(string saga)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Meter && instrument.Name == TelemetryNames.SagaConflicts)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Interlocked.Add(ref _count, Names(tags, saga) ? value : 0));
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();

    private static bool Names(ReadOnlySpan<KeyValuePair<string, object?>> tags, string saga)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == TelemetryNames.SagaTag)
            {
                return tag.Value is string name && name == saga;
            }
        }

        return false;
    }
}
