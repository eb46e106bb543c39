using System.Globalization;
using MassTransit;

namespace Bus.Persistence.DeadLetters;

/// <summary>Why a letter is here.</summary>
internal sealed record LetterCause(string Reason)
{
    private const string GiveUpReason = "Bus-Give-Up-Reason";
    private const string GiveUpAttempts = "Bus-Attempts";
    private const string GiveUpRedeliveries = "Bus-Redeliveries";

    public string? ExceptionType { get; init; }

    public string? ExceptionMessage { get; init; }

    public string? Stack { get; init; }

    public int? Attempts { get; init; }

    public int? Redeliveries { get; init; }

    public string? Host { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Reads what MassTransit, and ours, has written beside the message when it was moved away.</summary>
    public static LetterCause Of(IReadOnlyDictionary<string, object?> headers, string otherwise) => new(Text(headers, GiveUpReason) ?? Text(headers, MessageHeaders.Reason) ?? otherwise)
    {
        ExceptionType = Text(headers, MessageHeaders.FaultExceptionType),
        ExceptionMessage = Text(headers, MessageHeaders.FaultMessage),
        Stack = Text(headers, MessageHeaders.FaultStackTrace),
        Attempts = Number(headers, GiveUpAttempts) ?? Number(headers, MessageHeaders.FaultRetryCount) + 1,
        Redeliveries = Number(headers, GiveUpRedeliveries) ?? Number(headers, MessageHeaders.FaultRedeliveryCount),
        Host = Text(headers, MessageHeaders.Host.MachineName) is { } machine ? $"{machine}/{Text(headers, MessageHeaders.Host.ProcessName)}" : null,
        FailedAt = Instant(headers, MessageHeaders.FaultTimestamp),
    };

    /// <summary>Reads the text of an exception, as <see cref="Exception.ToString"/> writes it; of another text there is only what it says.</summary>
    public static LetterCause OfError(string reason, string error)
    {
        var head = error.IndexOfAny(['\r', '\n']) is >= 0 and var line ? error[..line] : error;
        var colon = head.IndexOf(": ", StringComparison.Ordinal);
        var name = colon < 0 ? head : head[..colon];
        if (name.Length == 0 || name.Any(char.IsWhiteSpace) || !name.Contains('.', StringComparison.Ordinal))
            return new LetterCause(reason) { ExceptionMessage = error };
        var stack = error.IndexOf("\n   at ", StringComparison.Ordinal);
        var inner = error.IndexOf("\n ---> ", StringComparison.Ordinal);
        var end = Math.Min(stack < 0 ? error.Length : stack, inner < 0 ? error.Length : inner);
        return new LetterCause(reason)
        {
            ExceptionType = name,
            ExceptionMessage = colon < 0 ? "" : error[(colon + 2)..Math.Max(end, colon + 2)].TrimEnd(),
            Stack = end < error.Length ? error[end..].TrimStart('\n') : null,
        };
    }

    public static string? Text(IReadOnlyDictionary<string, object?> headers, string name) =>
        headers.TryGetValue(name, out var value) && value is not null && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    private static int? Number(IReadOnlyDictionary<string, object?> headers, string name) => int.TryParse(Text(headers, name), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Instant(IReadOnlyDictionary<string, object?> headers, string name) => headers.TryGetValue(name, out var value) ? value switch
    {
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    } : null;
}
