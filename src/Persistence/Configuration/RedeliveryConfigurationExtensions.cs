using Bus.Core.Recoverability;
using Bus.Persistence.Redelivery;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>Lets messages whose attempts are used up come again later.</summary>
public static class RedeliveryConfigurationExtensions
{
    /// <summary>What receive observers are told as the consumer of a delivery whose message was put off.</summary>
    public const string PutOff = "PutOff";

    /// <summary>
    /// A consumer or saga of this endpoint that fails is asked about, once its retries are used up: a message that is put off waits as a timer in the database of <typeparamref name="TDbContext"/>, its
    /// delivery is acknowledged, and that one consumer gets it again. Needs <c>AddEntityFrameworkOutbox</c>. With the inbox a message that is delivered twice is put off once; without it every consumer of
    /// the queue gets the message again, at least once.
    /// </summary>
    /// <param name="configurator">The endpoint. Call this before retries are configured, so that it stands around them, and those before <c>UseEntityFrameworkOutbox</c>.</param>
    /// <param name="context">The registration context handed to the endpoint's configuration.</param>
    /// <param name="decide">Asked after every delivery that failed; called by many threads.</param>
    public static void UseRedelivery<TDbContext>(this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Func<RedeliveryFacts, RedeliveryDecision> decide)
        where TDbContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(decide);
        _ = new RedeliveryObserver<TDbContext>(configurator, context, decide);
    }
}
