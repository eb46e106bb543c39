using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>The scheduler of handlers.</summary>
public static class SqliteSchedulerConfigurationExtensions
{
    /// <summary>
    /// Does nothing: on this transport <c>context.ScheduleSend</c> needs no configuration, and can be cancelled. It stands before MassTransit's method of the same name, whose
    /// schedules cannot.
    /// </summary>
    public static void UseDelayedMessageScheduler(this ISqliteBusFactoryConfigurator configurator) => ArgumentNullException.ThrowIfNull(configurator);
}
