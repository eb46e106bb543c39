using System.Diagnostics.CodeAnalysis;

namespace Bus.Services.Orders.Payments;

/// <summary>What the gateway said: it has taken the money, or it will not. There is no third: not to know is a <see cref="PaymentUnknownException"/>.</summary>
public sealed record ChargeAnswer
{
    private ChargeAnswer(string? chargeId, string? reason) => (ChargeId, Reason) = (chargeId, reason);

    /// <summary>The gateway's id of the charge; null if it declined.</summary>
    public string? ChargeId { get; }

    /// <summary>Why it declined, for the customer to read; null if it did not.</summary>
    public string? Reason { get; }

    /// <summary>Whether the money is taken.</summary>
    [MemberNotNullWhen(true, nameof(ChargeId))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsTaken => ChargeId is not null;

    /// <summary>The money is taken.</summary>
    public static ChargeAnswer Taken(string chargeId) => new(chargeId, null);

    /// <summary>It will not be taken, however often it is asked for.</summary>
    public static ChargeAnswer Declined(string reason) => new(null, reason);
}
