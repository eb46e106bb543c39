namespace Bus.Services.Notifications.Records;

/// <summary>One recipient told by one channel. Its status only goes forward, and is compared at each write: a call-back and a handler that meet do not undo each other.</summary>
internal sealed class DeliveryRecord
{
    public const int LongestRecipient = 100;
    public const int LongestName = 200;
    public const int LongestAddress = 2_000;

    /// <summary>From <see cref="DeliveryId"/>: the same recipient, channel and notification give the same id, so that none is written twice.</summary>
    public Guid Id { get; set; }

    public Guid NotificationId { get; set; }

    public string Recipient { get; set; } = "";

    public string? Name { get; set; }

    public NotificationChannel Channel { get; set; }

    /// <summary>Address, number or URL, by the channel.</summary>
    public string Address { get; set; } = "";

    /// <summary>IANA name; null for UTC.</summary>
    public string? TimeZone { get; set; }

    public DeliveryStatus Status { get; set; }

    /// <summary>Why it is as it is, where that needs a reason.</summary>
    public string? Reason { get; set; }

    /// <summary>What the provider calls it; null when it gave no name.</summary>
    public string? ProviderId { get; set; }

    /// <summary>Whether it is the provider that says it has failed: it took the message once, and is not given it again.</summary>
    public bool IsFailedByProvider { get; set; }

    /// <summary>When the status became what it is.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    public void Become(DeliveryStatus status, string? reason, DateTimeOffset now) =>
        (Status, Reason, ChangedAt) = (status, reason is null ? null : StoredText.Of(reason, NotificationRecord.LongestReason), now);
}
