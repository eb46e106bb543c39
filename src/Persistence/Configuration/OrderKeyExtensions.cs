using Bus.Persistence.Outbox;
using MassTransit;

namespace Bus.Persistence;

/// <summary>Asks the outbox to keep the order of the messages of one key.</summary>
public static class OrderKeyExtensions
{
    /// <summary>
    /// Messages with the same key leave the outbox one by one, in the order in which their transactions wrote them, whichever process wrote them;
    /// other keys are not held up. One that cannot be sent stops its key, not the others. Order between transactions that ran at the same time is
    /// whatever the database made of it: lock the aggregate's row, or check its version, to have one. Without an outbox the key has no effect.
    /// </summary>
    /// <param name="context">The context of the message being sent or published.</param>
    /// <param name="key">For instance an order number. 1 to 400 characters.</param>
    public static void SetOrderKey(this SendContext context, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, 400, nameof(key));
        context.AddOrUpdatePayload(() => new OrderKey(key), _ => new OrderKey(key));
    }
}
