using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.Sagas.Orders;

/// <summary>One order on its way. Kept after its end: it is the record of how its branches went.</summary>
public sealed class OrderState : SagaStateMachineInstance, ISagaVersion
{
    /// <summary>The order's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>Counts the commits of this instance; two that race are told apart by it.</summary>
    public int Version { get; set; }

    /// <summary>Name of the machine's state, as in <c>docs/sagas/order.md</c>.</summary>
    public string CurrentState { get; set; } = "";

    /// <summary>The order; null as long as nothing but its end has been heard of.</summary>
    public OrderDetails? Order { get; set; }

    /// <summary>The <see cref="OrderSteps"/> that ended well.</summary>
    public IReadOnlyList<string> Done { get; set; } = [];

    /// <summary>The <see cref="OrderSteps"/> that failed for good, or that the order went without because they took too long.</summary>
    public IReadOnlyList<string> Failed { get; set; } = [];

    /// <summary>Why it was refused, or is undone, for the customer to read; null for an order that goes well.</summary>
    public string? Reason { get; set; }

    /// <summary>What the first branch that failed said, for operators; null if none did.</summary>
    public string? Error { get; set; }

    /// <summary>What an undoing, or the settling of the charge, failed with for good, or which branches say nothing past their time: a person must take it up. Null if nothing stands still.</summary>
    public string? Stuck { get; set; }

    /// <summary>Whether the gateway said nothing while the customer waited: who was told no more than that must be told how it ended.</summary>
    public bool IsPending { get; set; }

    /// <summary>Token of the timer that runs while the charge is waited for.</summary>
    public Guid? ChargeTimer { get; set; }

    /// <summary>Token of the timer that runs while the branches do.</summary>
    public Guid? FulfilmentTimer { get; set; }

    /// <summary>When the saga first heard of the order.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the order was last completed, shipped, undone or refused; null before.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What follows from how the branches stand.</summary>
    internal OrderNext Next => (Reason is null, OrderSteps.Required.All(HasEnded), OrderSteps.All.All(HasEnded)) switch
    {
        (true, _, true) => OrderNext.Complete,
        (true, _, false) => OrderNext.Wait,
        (false, true, _) => OrderNext.Undo,
        (false, false, _) => OrderNext.Stop,
    };

    /// <summary>It ended well. One that had failed may have been taken up since.</summary>
    internal void Finish(string step)
    {
        if (!Done.Contains(step))
        {
            Done = [.. Done, step];
            Failed = [.. Failed.Where(x => x != step)];
        }
    }

    /// <summary>It failed for good, unless it ended well before. The first that the order cannot do without gives the reason to undo it.</summary>
    internal void Fail(string step, string reason, string error)
    {
        if (!OrderSteps.All.Contains(step))
        {
            throw new ArgumentException($"Order {CorrelationId} has no step `{step}`; its steps are {string.Join(", ", OrderSteps.All)}. Use the constants of OrderSteps.", nameof(step));
        }

        if (HasEnded(step))
        {
            return;
        }

        Failed = [.. Failed, step];
        Error ??= $"{step}: {error}";
        if (OrderSteps.Required.Contains(step))
        {
            Reason ??= reason;
        }
    }

    /// <summary>The time is up: it goes without what it can do without, or is undone.</summary>
    internal void RunOutOfTime()
    {
        if (OrderSteps.Required.All(HasEnded))
        {
            Failed = [.. Failed, .. OrderSteps.All.Where(x => !HasEnded(x))];
        }
        else
        {
            Reason ??= "The order could not be fulfilled in time.";
            Error ??= $"no word in time of: {Missing}";
            // Until it is known how they ended, nothing can be undone.
            Stuck = $"waits for: {Missing}";
        }
    }

    private string Missing => string.Join(", ", OrderSteps.Required.Where(x => !HasEnded(x)));

    private bool HasEnded(string step) => Done.Contains(step) || Failed.Contains(step);
}
