using System.Text.RegularExpressions;

namespace Bus.Persistence.DeadLetters;

/// <summary>What of a stack trace says where the fault is, and stays the same from build to build.</summary>
internal static partial class StackFrames
{
    private const int Most = 5;
    private const int Longest = 1_000;
    private const int Patience = 1_000;

    // What stands around every handler, whoever throws.
    private static readonly string[] Surroundings = ["System.Runtime.", "System.Threading.", "MassTransit.", "Bus.Persistence.", "Bus.Jobs.Running.", "Bus.Jobs.JobsBuilder."];

    /// <summary>The top frames without lines, parameters, type arguments and what the compiler has made of asynchronous methods and lambdas.</summary>
    public static IReadOnlyList<string> Top(string? stack)
    {
        if (stack is null)
            return [];
        var frames = stack.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("at ", StringComparison.Ordinal)).Select(line => Normalise(line.Length > Longest ? line[3..Longest] : line[3..])).ToList();
        var own = frames.Where(frame => !Array.Exists(Surroundings, part => frame.StartsWith(part, StringComparison.Ordinal))).ToList();
        return [.. (own.Count > 0 ? own : frames).Take(Most)];
    }

    private static string Normalise(string frame)
    {
        var end = frame.IndexOf('(', StringComparison.Ordinal);
        var name = (end < 0 ? frame : frame[..end]).Replace('+', '.');
        name = Arity().Replace(name, "");
        // The innermost first: arguments have arguments.
        for (var before = ""; before != name;)
            (before, name) = (name, Arguments().Replace(name, ""));
        name = Closure().Replace(name, "");
        name = Generated().Replace(name, "${name}");
        return name.EndsWith(".MoveNext", StringComparison.Ordinal) ? name[..^".MoveNext".Length] : name;
    }

    [GeneratedRegex(@"`\d+", RegexOptions.None, Patience)]
    private static partial Regex Arity();

    [GeneratedRegex(@"\[[^\[\]]*\]", RegexOptions.None, Patience)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"\.<>c(?:__DisplayClass\d+_\d+)?(?=\.)", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Closure();

    // `<RunAsync>d__5`, `<Run>b__0_1`, `<Run>g__Local|3_0`, `<<RunAsync>b__0>d`.
    [GeneratedRegex(@"<+(?<name>[^<>]+)>[^.]*", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Generated();
}
