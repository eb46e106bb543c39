namespace Bus.Services.Notifications.Records;

/// <summary>Where a delivery is, as the API says it in lower case. The numbers are stored.</summary>
internal enum DeliveryStatus
{
    /// <summary>It waits in its channel's queue, for the end of quiet hours, or for its next attempt.</summary>
    Waiting = 0,

    /// <summary>The provider has taken it. Of e-mail nothing more is heard.</summary>
    Sent = 1,

    /// <summary>It has arrived: the provider says so, or the webhook was answered with success.</summary>
    Delivered = 2,

    /// <summary>It will not arrive, for a reason that is written beside it.</summary>
    Failed = 3,

    /// <summary>The recipient has opted out.</summary>
    Suppressed = 4,

    /// <summary>The provider has taken it and said nothing more in time. What it says later still counts.</summary>
    Unconfirmed = 5,
}
