namespace Bus.Services.Notifications.Templates;

/// <summary>What a template says by one channel.</summary>
/// <param name="Title">The subject of an e-mail, the title of a webhook; null for SMS.</param>
/// <param name="Text">The text.</param>
/// <param name="Html">The same as HTML; null for none.</param>
/// <param name="Urgent">Whether it may be told in quiet hours.</param>
internal sealed record TemplatePart(TemplateText? Title, TemplateText Text, TemplateText? Html, bool Urgent)
{
    public IEnumerable<string> Required => new[] { Title, Text, Html }.OfType<TemplateText>().SelectMany(text => text.Required);
}
