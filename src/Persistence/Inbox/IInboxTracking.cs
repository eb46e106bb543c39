using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Inbox;

/// <summary>Follows the messages of some consumers through the inbox. There only where the service tracks any. Thread-safe.</summary>
/// <typeparam name="TDbContext">Whose inbox.</typeparam>
internal interface IInboxTracking<TDbContext>
    where TDbContext : DbContext
{
    /// <summary>Learns the consumers of an endpoint as they are configured. Needs nothing that needs the bus, which is being made.</summary>
    void Watch(IReceiveEndpointConfigurator endpoint);

    /// <returns>Who follows this attempt; null when nobody follows this consumer.</returns>
    IInboxAttempt? Follow<T>(ConsumeContext<T> context, OutboxConsumeOptions options)
        where T : class;
}
