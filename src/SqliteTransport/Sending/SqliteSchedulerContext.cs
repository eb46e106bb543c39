using Bus.SqliteTransport.Configuration;
using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace Bus.SqliteTransport.Sending;

/// <summary>Gives a handler the scheduler of the file, by way of its context and so of its outbox.</summary>
internal static class SqliteSchedulerContext
{
    public static MessageSchedulerContext Create(SqliteHostConfiguration host, ConsumeContext context) => new ConsumeMessageSchedulerContext(
        context, consume => new MessageScheduler(new SqliteScheduleMessageProvider(host, consume), host.Topology));
}
