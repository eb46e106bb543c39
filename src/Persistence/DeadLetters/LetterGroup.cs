using System.Security.Cryptography;
using System.Text;

namespace Bus.Persistence.DeadLetters;

/// <summary>Which letters have one cause: those with the exception of one type from one place, whatever it said and wherever it was met; where nothing was thrown, those of one reason and type.</summary>
internal sealed record LetterGroup(Guid Id, string Title, string Frames)
{
    public static LetterGroup Of(LetterCause cause, string? messageType)
    {
        var frames = StackFrames.Top(cause.Stack);
        var name = cause.ExceptionType ?? $"{cause.Reason} {messageType}";
        var title = cause.ExceptionType is null ? name : frames.Count == 0 ? $"{Short(name)}: {FirstLine(cause.ExceptionMessage)}" : $"{Short(name)} in {frames[0]}";
        var text = string.Join('\n', frames);
        return new LetterGroup(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{text}")).AsSpan(0, 16)), title, text);
    }

    private static string Short(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static string? FirstLine(string? message) => message?.Split('\n', 2)[0].TrimEnd();
}
