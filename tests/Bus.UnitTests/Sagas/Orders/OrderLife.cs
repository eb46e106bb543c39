using Bus.Contracts.Orders;
using CsCheck;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>What is to befall one order: everybody but the saga, played by chance.</summary>
/// <param name="Payment">How the gateway answers.</param>
/// <param name="Failing">The steps that fail for good.</param>
/// <param name="Refuses">Whether those say so, rather than fault.</param>
/// <param name="Late">The steps that say nothing before the deadline.</param>
/// <param name="CancelAt">After so many messages the customer cancels, if it was not shipped; never if that many are not said.</param>
/// <param name="Ships">Whether a completed one leaves, if it was not cancelled before.</param>
/// <param name="UndoFaults">How often each undoing fails for good before somebody takes it up.</param>
/// <param name="Seed">In which order all is heard, and what of it twice.</param>
internal sealed record OrderLife(Payment Payment, IReadOnlyList<string> Failing, bool Refuses, IReadOnlyList<string> Late, int CancelAt, bool Ships, int UndoFaults, int Seed)
{
    // None of them twice as often as any.
    private static readonly Gen<IReadOnlyList<string>> Steps =
        from bits in Gen.Int[0, 63]
        from how in Gen.Int[0, 2]
        select (IReadOnlyList<string>)[.. OrderSteps.All.Where((_, i) => how == 0 && (bits & (1 << i)) != 0)];

    public static Gen<OrderLife> Any { get; } =
        from payment in Gen.Enum<Payment>()
        from failing in Steps
        from refuses in Gen.Bool
        from late in Steps
        from cancelAt in Gen.Int[0, 40]
        from ships in Gen.Bool
        from undoFaults in Gen.Int[0, 2]
        from seed in Gen.Int
        select new OrderLife(payment, failing, refuses, late, cancelAt, ships, undoFaults, seed);
}

/// <summary>How the gateway answers a charge.</summary>
internal enum Payment
{
    /// <summary>The money is taken, and the desk says so.</summary>
    Charged,

    /// <summary>It is not, and the desk says so.</summary>
    Declined,

    /// <summary>The desk does not come to know; settling finds that it was taken.</summary>
    ChargedUnheard,

    /// <summary>Settling fails for good once, then finds that it was taken.</summary>
    SettledLate,
}
