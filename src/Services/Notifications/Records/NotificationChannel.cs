namespace Bus.Services.Notifications.Records;

/// <summary>A way of telling people. The numbers are stored.</summary>
internal enum NotificationChannel
{
    Email = 0,
    Sms = 1,

    /// <summary>A signed webhook.</summary>
    Push = 2,
}
