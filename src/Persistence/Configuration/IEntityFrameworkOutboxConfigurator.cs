using System.Data;

namespace Bus.Persistence;

/// <summary>Configures the outbox and inbox of one context. The members are those of MassTransit's package and more; <see cref="OutboxOptions"/> tells defaults.</summary>
public interface IEntityFrameworkOutboxConfigurator
{
    /// <inheritdoc cref="OutboxOptions.DuplicateDetectionWindow" />
    TimeSpan DuplicateDetectionWindow { set; }

    /// <inheritdoc cref="OutboxOptions.IsolationLevel" />
    IsolationLevel IsolationLevel { set; }

    /// <summary>Accepted from services that move over; the outbox takes no row locks and derives its SQL from the context's provider.</summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <inheritdoc cref="OutboxOptions.QueryDelay" />
    TimeSpan QueryDelay { set; }

    /// <inheritdoc cref="OutboxOptions.QueryMessageLimit" />
    int QueryMessageLimit { set; }

    /// <inheritdoc cref="OutboxOptions.QueryTimeout" />
    TimeSpan QueryTimeout { set; }

    /// <inheritdoc cref="OutboxOptions.InboxCheck" />
    InboxCheck InboxCheck { set; }

    /// <summary>All settings, for those without a member of their own here.</summary>
    OutboxOptions Options { get; }

    /// <summary>This process does not purge the inbox; one of the others must.</summary>
    void DisableInboxCleanupService();

    /// <summary>What is published or sent outside a consumer, through the scope's <c>IPublishEndpoint</c> or <c>ISendEndpointProvider</c>, goes through the outbox too.</summary>
    void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null);
}
