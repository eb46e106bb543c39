namespace Bus.Services.Notifications.Records;

/// <summary>Where a notification is, as the API says it in lower case. The numbers are stored.</summary>
internal enum NotificationState
{
    /// <summary>All its deliveries are written down.</summary>
    Accepted = 0,

    /// <summary>It goes to an audience, and its deliveries are being written down, block by block.</summary>
    Expanding = 1,

    /// <summary>It can be told to nobody.</summary>
    Rejected = 2,
}
