namespace Bus.Services.Notifications.Records;

/// <summary>One notification: what is told, and how far the writing down of its deliveries is.</summary>
internal sealed class NotificationRecord
{
    /// <summary>Most characters of a template's name.</summary>
    public const int LongestTemplate = 100;

    /// <summary>Most characters of a reason, here and of deliveries; the rest is cut off.</summary>
    public const int LongestReason = 1_000;

    /// <summary>The sender's id: a second one with the same is not told again.</summary>
    public Guid Id { get; set; }

    public string Template { get; set; } = "";

    /// <summary>The id of what it is about; null for nothing in particular.</summary>
    public Guid? Subject { get; set; }

    /// <summary>What fields are filled with, as a JSON object of texts.</summary>
    public string Data { get; set; } = "{}";

    public NotificationState State { get; set; }

    /// <summary>Why it was rejected; null when it was not.</summary>
    public string? Reason { get; set; }

    /// <summary>Whom it goes to; null when its recipients were named.</summary>
    public string? Audience { get; set; }

    /// <summary>Deliveries written down so far.</summary>
    public int Deliveries { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
