using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Templates;

/// <summary>A named template, by channel.</summary>
internal sealed record Template(string Name, IReadOnlyDictionary<NotificationChannel, TemplatePart> Parts)
{
    /// <summary>What fields are filled with that nobody has to send: what is known of the recipient, and the site.</summary>
    public static readonly string[] OwnFields = ["name", "recipient", "site"];

    /// <summary>The fields that it needs and that the data lack, in the order in which they stand in it.</summary>
    public IReadOnlyList<string> Missing(IReadOnlyDictionary<string, string> data) =>
    [
        .. Parts.OrderBy(part => part.Key).SelectMany(part => part.Value.Required).Distinct(StringComparer.Ordinal)
            .Where(field => !OwnFields.Contains(field) && !(data.TryGetValue(field, out var value) && !string.IsNullOrEmpty(value))),
    ];
}
