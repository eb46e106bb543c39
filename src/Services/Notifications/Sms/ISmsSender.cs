namespace Bus.Services.Notifications.Sms;

/// <summary>Where text messages go. Thread-safe. The same id twice is for the other side to tell.</summary>
internal interface ISmsSender
{
    /// <summary>Returns when the other side has taken the message, or it is on disk.</summary>
    /// <returns>What the other side calls it; null when it gives no name.</returns>
    /// <exception cref="Delivering.ChannelDownException">Nobody's message can be sent now.</exception>
    Task<string?> SendAsync(Guid id, string to, string text, CancellationToken cancellationToken);
}
