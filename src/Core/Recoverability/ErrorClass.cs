namespace Bus.Core.Recoverability;

/// <summary>What an error says about trying again.</summary>
public enum ErrorClass
{
    /// <summary>Nothing is known: retried like <see cref="Transient"/>, since trying again is the only way to find out.</summary>
    Unknown,

    /// <summary>Passes by itself: a time-out, a deadlock, a busy service. Retried.</summary>
    Transient,

    /// <summary>Will fail in the same way every time: bad input, a missing feature. Never retried.</summary>
    Permanent,

    /// <summary>
    /// Something that every message needs is away, such as the database. Waited for without spending an attempt or the budget, since
    /// giving up one message would give up all of them.
    /// </summary>
    Outage,
}
