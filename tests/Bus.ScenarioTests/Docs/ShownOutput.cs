using System.Text.RegularExpressions;

namespace Bus.ScenarioTests.Docs;

/// <summary>Compares output with what a page shows of it, where <c>…</c> stands for anything in a line, and alone in a line for any lines. Pure.</summary>
internal static class ShownOutput
{
    private const string Anything = "…";

    /// <summary>Whether these are the lines that are shown, and no others.</summary>
    public static bool IsAll(string[] shown, string[] lines) => shown switch
    {
        [] => lines.Length == 0,
        [Anything, .. var rest] => IsAll(rest, lines) || (lines.Length > 0 && IsAll(shown, lines[1..])),
        [var first, .. var rest] => lines.Length > 0 && Matches(first, lines[0]) && IsAll(rest, lines[1..]),
    };

    /// <summary>Whether all that is shown is among the lines, in this order.</summary>
    public static bool IsWithin(IReadOnlyList<string> shown, IReadOnlyList<string> lines)
    {
        var next = 0;
        foreach (var line in lines)
        {
            if (next < shown.Count && Matches(shown[next], line))
                next++;
        }

        return next == shown.Count;
    }

    private static bool Matches(string shown, string line) =>
        Regex.IsMatch(line.Trim(), $"^{Regex.Escape(shown.Trim()).Replace(Anything, ".*", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(5));
}
