using System.Text.RegularExpressions;
using Bus.TestSupport;

namespace Bus.ScenarioTests.Docs;

/// <summary>What a page asks its reader to do, in order: a block of code under a line that is only a file's name in bold is written there; in a <c>console</c> block what follows <c>$</c> is typed, and the rest is seen.</summary>
internal sealed partial record TutorialPage(IReadOnlyList<TutorialPage.Act> Acts)
{
    public static TutorialPage Read(string page) => new([.. Blocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(Understand)]);

    private static Act Understand(Match block)
    {
        var text = block.Groups["text"].Value;
        return block.Groups["file"] is { Success: true } file ? new Write(file.Value, text) : new Console(Commands(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static List<Command> Commands(string[] lines)
    {
        List<Command> commands = [];
        foreach (var line in lines)
        {
            if (line.StartsWith("$ ", StringComparison.Ordinal))
                commands.Add(new Command(line[2..], []));
            else if (line == "^C")
                commands.Add(new Command(null, []));
            else if (commands is [.., { Text: not null } last])
                commands[^1] = last with { Shown = [.. last.Shown, line] };
            else
                commands.Add(new Command("", [line]));
        }

        return commands;
    }

    [GeneratedRegex(@"^(\*\*`(?<file>[^`]+)`\*\*\n\n```\w+|```console)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    internal abstract record Act;

    /// <summary>A file to write.</summary>
    internal sealed record Write(string Path, string Text) : Act;

    /// <summary>What happens in a terminal.</summary>
    internal sealed record Console(IReadOnlyList<Command> Commands) : Act;

    /// <summary>What is typed and what is shown; empty for more that a program says which runs already, null for Ctrl+C.</summary>
    internal sealed record Command(string? Text, IReadOnlyList<string> Shown);
}
