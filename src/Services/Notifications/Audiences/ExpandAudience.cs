namespace Bus.Services.Notifications.Audiences;

/// <summary>The job that writes down the deliveries of one block of an audience, and enqueues the next.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="After">The contact that the block before ended with; null for the first block.</param>
public sealed record ExpandAudience(Guid Notification, string? After);
