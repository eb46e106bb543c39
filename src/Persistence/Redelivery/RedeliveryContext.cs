using Bus.Persistence.Inbox;
using MassTransit;
using MassTransit.Context;

namespace Bus.Persistence.Redelivery;

/// <summary>One consumer's delivery while it is not yet known whether the message is given up: keeps back who would be told that it failed.</summary>
internal sealed class RedeliveryContext<T> : ConsumeContextScope<T>
    where T : class
{
    private readonly ConsumeContext<T> _outer;
    private readonly Lock _lock = new();
    private List<Func<Task>> _faults = [];

    public RedeliveryContext(ConsumeContext<T> outer)
        : base(outer) => _outer = outer;

    /// <summary>What the inbox knows the message by, once the consumer has failed behind it; null where there is no inbox, or it was not reached.</summary>
    public InboxKey? Key { get; set; }

    public override Task NotifyFaulted<TMessage>(ConsumeContext<TMessage> context, TimeSpan duration, string consumerType, Exception exception)
    {
        lock (_lock)
            _faults.Add(() => _outer.NotifyFaulted(context, duration, consumerType, exception));
        return Task.CompletedTask;
    }

    /// <summary>The message was not put off: now all are told.</summary>
    public async Task TellFaultsAsync()
    {
        // The error queue reads from here how often it was tried.
        if (TryGetPayload<RetryContext>(out var retry))
            _outer.GetOrAddPayload(() => retry);
        List<Func<Task>> faults;
        lock (_lock)
            (faults, _faults) = (_faults, []);
        foreach (var tell in faults)
            await tell();
    }
}
