using System.Data;

namespace Bus.Persistence;

/// <summary>Settings of the outbox and inbox of one <c>DbContext</c>. Set through <c>AddEntityFrameworkOutbox</c>; read at start.</summary>
public sealed class OutboxOptions
{
    /// <summary>How long a message id is remembered, default 6 hours. Must exceed the longest redelivery plus the longest outage of the broker.</summary>
    public TimeSpan DuplicateDetectionWindow { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How often the relay looks for what it was not woken for: rows of processes that died, rows of an uncertain commit. Default 5 seconds.</summary>
    public TimeSpan QueryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The number of rows read, deleted or purged by one statement, default 500, from 1 to 1,000.</summary>
    public int QueryMessageLimit { get; set; } = 500;

    /// <summary>Time-out of one statement of the relay or the purge, default 30 seconds.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Isolation of a handler's transaction, default read committed: the inbox key, not the isolation, keeps a message from being applied twice.</summary>
    public IsolationLevel IsolationLevel { get; set; } = IsolationLevel.ReadCommitted;

    /// <summary>Messages being sent at a time to one destination, their confirms pending, default 1,000. Never more than an eighth of <see cref="MemoryLimit"/>; a destination that did not confirm gets one at a time until it does.</summary>
    public int MessageDeliveryLimit { get; set; } = 1000;

    /// <summary>How long the transport may take to confirm a message before it is sent again, default 30 seconds.</summary>
    public TimeSpan MessageDeliveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Committed messages that wait in memory, default 20,000; more stay in the table only and are read when there is room.</summary>
    public int MemoryLimit { get; set; } = 20_000;

    /// <summary>Failed sends of one message, while others succeed, after which it is parked with its error. Default 5.</summary>
    public int MaxDeliveryAttempts { get; set; } = 5;

    /// <summary>How long a process may be silent before another sends its rows, default 15 seconds.</summary>
    public TimeSpan OwnerLease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Handlers whose completions commit in one transaction, default 100, from 1 to 500.</summary>
    public int GroupLimit { get; set; } = 100;

    /// <summary>How long a handler waits for a database that is away before its message is given back, default 10 minutes, zero does not wait.</summary>
    public TimeSpan DatabaseOutageLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>When the inbox is asked before the handler runs. Default: when the message may have been delivered before.</summary>
    public InboxCheck InboxCheck { get; set; } = InboxCheck.WhenRedelivered;

    /// <summary>True when messages published outside a consumer go through the outbox. Set by <c>UseBusOutbox</c>.</summary>
    public bool BusOutbox { get; set; }

    /// <summary>False when this process sends nothing from the outbox and leaves that to others. Set by <c>DisableDeliveryService</c>.</summary>
    public bool DeliveryService { get; set; } = true;

    /// <summary>False when this process does not purge the inbox. Set by <c>DisableInboxCleanupService</c>.</summary>
    public bool InboxCleanup { get; set; } = true;

    /// <summary>The provider that the registration named, or null; checked against the <c>DbContext</c> at start.</summary>
    internal string? ExpectedProvider { get; set; }
}
