using System.Text.RegularExpressions;
using Bus.TestSupport;
using Xunit;

namespace Bus.ArchitectureTests.Code;

public sealed partial class When_a_source_file_is_written
{
    private const int MostCodeLines = 300;

    // A file over the aim, with the reason why splitting it would make it harder to follow.
    private static readonly Dictionary<string, string> LongForAReason = new(StringComparer.Ordinal);

    // A folder whose files may have their project's root namespace instead, with the reason.
    private static readonly Dictionary<string, string> MayHaveRootNamespace = new(StringComparer.Ordinal)
    {
        ["src/Persistence/Configuration"] = "what a service types to register: one `using Bus.Persistence` in place of MassTransit's",
        ["src/SqliteTransport/Configuration"] = "what a service types to register the transport",
        ["src/SqliteTransport/Sending"] = "what a service types to set a priority",
    };

    [Fact]
    public void Should_be_short_enough_to_be_read_at_once() =>
        Violations.None(SourceFile.CSharp("src").Where(f => f.CodeLines > MostCodeLines && !LongForAReason.ContainsKey(f.Path)).Select(f => $"{f.Path}: {f.CodeLines} code lines"));

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void Should_have_the_namespace_of_its_folder(string folder)
    {
        var wrong =
            from project in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
            let root = RootNamespace().Match(File.ReadAllText(project)).Groups["name"].Value
            let home = Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(project)!).Replace('\\', '/')
            from file in SourceFile.CSharp(home)
            let declared = Namespace().Match(file.Text)
            let parent = file.Path[..file.Path.LastIndexOf('/')]
            let expected = (root + parent[home.Length..]).Replace('/', '.')
            let actual = declared.Groups["name"].Value
            where declared.Success && actual != expected && !(actual == root && MayHaveRootNamespace.ContainsKey(parent))
            select $"{file.Path}: {actual} instead of {expected}";

        Violations.None(wrong);
    }

    [Fact]
    public void Should_leave_no_loose_ends()
    {
        // Put together here, so that this file does not hold what it looks for.
        string[] banned = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "new NotImplemented" + "Exception", "#pragma warning " + "disable", "#" + "region"];

        var found = SourceFile.CSharp("src").Concat(SourceFile.CSharp("tests"))
            .SelectMany(f => banned.Where(word => f.Text.Contains(word, StringComparison.Ordinal)).Select(word => $"{f.Path}: {word}"));

        Violations.None(found);
    }

    [Fact]
    public void Should_speak_of_the_project_alone()
    {
        var foreign = new Regex("issue" + @" #?\d|\(#\d+\)|/wo" + "rk/(wt|main|shared)|Cla" + "ude|Anthro" + "pic|Chat" + "GPT|Co" + "pilot", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));

        var found = SourceFile.In(".", ".cs", ".md", ".sh", ".csproj", ".props", ".json", ".yml", ".yaml", ".sql", ".html", ".js", ".css")
            .SelectMany(f => foreign.Matches(f.Text).Select(m => $"{f.Path}: {m.Value}"));

        Violations.None(found);
    }

    [GeneratedRegex("<RootNamespace>(?<name>[^<]+)<", RegexOptions.ExplicitCapture)]
    private static partial Regex RootNamespace();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();
}
