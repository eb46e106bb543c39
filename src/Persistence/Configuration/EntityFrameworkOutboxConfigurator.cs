using System.Data;

namespace Bus.Persistence;

internal sealed class EntityFrameworkOutboxConfigurator(OutboxOptions options) : IEntityFrameworkOutboxConfigurator, IEntityFrameworkBusOutboxConfigurator
{
    public OutboxOptions Options => options;

    public TimeSpan DuplicateDetectionWindow { set => options.DuplicateDetectionWindow = value; }

    public IsolationLevel IsolationLevel { set => options.IsolationLevel = value; }

    public ILockStatementProvider LockStatementProvider { set => ArgumentNullException.ThrowIfNull(value); }

    public TimeSpan QueryDelay { set => options.QueryDelay = value; }

    public int QueryMessageLimit { set => options.QueryMessageLimit = value; }

    public TimeSpan QueryTimeout { set => options.QueryTimeout = value; }

    public InboxCheck InboxCheck { set => options.InboxCheck = value; }

    public int MessageDeliveryLimit
    {
        get => options.MessageDeliveryLimit;
        set => options.MessageDeliveryLimit = value;
    }

    public TimeSpan MessageDeliveryTimeout
    {
        get => options.MessageDeliveryTimeout;
        set => options.MessageDeliveryTimeout = value;
    }

    public void DisableInboxCleanupService() => options.InboxCleanup = false;

    public void DisableDeliveryService() => options.DeliveryService = false;

    public void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null)
    {
        options.BusOutbox = true;
        configure?.Invoke(this);
    }
}
