using System.Text.Json;
using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Templates;

/// <summary>What one recipient is told by one channel.</summary>
/// <param name="Id">The delivery: what providers tell two attempts of one from two messages by.</param>
/// <param name="NotificationId">The notification.</param>
/// <param name="To">Address, number or URL.</param>
/// <param name="Name">The recipient's name; null for nameless.</param>
/// <param name="Title">Subject or title, on one line; empty for SMS.</param>
/// <param name="Text">The text.</param>
/// <param name="Html">The same as HTML; null for none.</param>
internal sealed record FilledMessage(Guid Id, Guid NotificationId, string To, string? Name, string Title, string Text, string? Html)
{
    public static FilledMessage Of(DeliveryRecord delivery, NotificationRecord notification, TemplatePart part, string site)
    {
        var data = JsonSerializer.Deserialize<Dictionary<string, string>>(notification.Data)!;
        string? Value(string field) => field switch
        {
            "name" => delivery.Name,
            "recipient" => delivery.Recipient,
            "site" => site,
            _ => data.GetValueOrDefault(field),
        };
        return new FilledMessage(delivery.Id, delivery.NotificationId, delivery.Address, delivery.Name, OneLine(part.Title?.Fill(Value) ?? ""), part.Text.Fill(Value), part.Html?.Fill(Value));
    }

    // A line break in what fills a subject would begin another header.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}
