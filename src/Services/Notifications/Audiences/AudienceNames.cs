using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Audiences;

/// <summary>What an audience may be called.</summary>
internal static class AudienceNames
{
    /// <summary>Why it may not be called so, as a sentence; null when it may.</summary>
    public static string? Refusal(string? audience) => !string.IsNullOrWhiteSpace(audience) && audience.Length <= ContactRecord.LongestAudience && !audience.Any(char.IsControl) && StoredText.Holds(audience)
        ? null
        : $"An audience must have a name of 1 to {ContactRecord.LongestAudience} characters without line breaks.";
}
