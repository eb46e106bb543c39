namespace Bus.Services.Notifications.Records;

/// <summary>Somebody in an audience.</summary>
internal sealed class ContactRecord
{
    public const int LongestAudience = 100;
    public const int LongestPhone = 16;
    public const int LongestZone = 64;

    public string Audience { get; set; } = "";

    /// <summary>Who it is: what opt-outs are kept under.</summary>
    public string Id { get; set; } = "";

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Phone { get; set; }

    public string? PushUrl { get; set; }

    public string? TimeZone { get; set; }
}
