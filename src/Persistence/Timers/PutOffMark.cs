using MassTransit;

namespace Bus.Persistence.Timers;

/// <summary>Says of a delivery that its message was put off: the delivery ends well, and the message comes again.</summary>
internal sealed class PutOffMark
{
    private static readonly PutOffMark Instance = new();

    private PutOffMark()
    {
    }

    /// <summary>Marks the delivery of this message.</summary>
    public static void Set(ConsumeContext context) => context.ReceiveContext.AddOrUpdatePayload(() => Instance, mark => mark);

    public static bool IsOn(ConsumeContext context) => context.ReceiveContext.TryGetPayload<PutOffMark>(out _);
}
