namespace Bus.Core.Telemetry;

/// <summary>The names under which Bus can be observed. A name, once released, is kept.</summary>
public static class TelemetryNames
{
    /// <summary>The one meter of all parts.</summary>
    public const string Meter = "Bus";

    /// <summary>Counter: tries of a saga message that lost a race for their row and were made again. Tag: <see cref="SagaTag"/>.</summary>
    public const string SagaConflicts = "bus.saga.conflicts";

    /// <summary>Tag: the short name of the saga's class.</summary>
    public const string SagaTag = "bus.saga";
}
