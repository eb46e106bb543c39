namespace Bus.Services.Notifications.Records;

/// <summary>Somebody who wants nothing by a channel.</summary>
internal sealed class OptOutRecord
{
    public string Recipient { get; set; } = "";

    public NotificationChannel Channel { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
