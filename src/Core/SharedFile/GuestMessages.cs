namespace Bus.Core.SharedFile;

/// <summary>
/// A payload of a send context that says: do not deliver this, leave it here as you would have written it; it is delivered by a transaction that is not the transport's own. Not thread-safe.
/// </summary>
internal sealed class GuestMessages
{
    /// <summary>In the transport's own form, in the order in which they were sent.</summary>
    public List<object> Written { get; } = [];
}
