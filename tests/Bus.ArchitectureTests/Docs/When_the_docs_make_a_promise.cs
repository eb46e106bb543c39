using System.Text.RegularExpressions;
using Bus.ArchitectureTests.Code;
using Bus.TestSupport;
using Xunit;

namespace Bus.ArchitectureTests.Docs;

public sealed partial class When_the_docs_make_a_promise
{
    private static readonly string[] Tests = [.. SourceFile.CSharp("tests").Select(f => f.Text)];

    private static readonly (string Id, string State)[] Features =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "FEATURES.md"))
            .Select(line => Feature().Match(line))
            .Where(match => match.Success)
            .Select(match => (match.Groups["id"].Value, match.Groups["state"].Value)),
    ];

    [Fact]
    public void Should_list_every_feature_once()
    {
        Assert.NotEmpty(Features);
        Violations.None(Features.GroupBy(f => f.Id).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Should_call_a_feature_done_only_with_its_tests() =>
        Violations.None(
            from feature in Features
            let names = TestName().Matches(feature.State).Select(m => m.Value).ToList()
            let wellFormed = feature.State.StartsWith("not yet", StringComparison.Ordinal) || (feature.State.StartsWith("done: ", StringComparison.Ordinal) && names.Count > 0)
            where !wellFormed
            select $"{feature.Id}: 'not yet', or 'done: ' with the names of its tests, but was '{feature.State}'");

    [Fact]
    public void Should_name_tests_that_exist() =>
        Violations.None(
            from feature in Features
            from Match name in TestName().Matches(feature.State)
            where !Exists(name.Groups["class"].Value, name.Groups["method"].Value)
            select $"{feature.Id}: no test {name.Value}");

    [Fact]
    public void Should_link_to_pages_that_exist() =>
        Violations.None(
            from page in SourceFile.In(".", ".md")
            from Match link in Link().Matches(page.Text)
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(page.FullPath)!, target))
            select $"{page.Path}: {target}");

    [Fact]
    public void Should_show_code_that_compiles()
    {
        var compiled = Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Bus.ArchitectureTests", "Docs", "FirstConsumer.cs")));
        foreach (Match snippet in Snippet().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))))
        {
            var code = Lines(snippet.Groups["code"].Value);
            Assert.Contains(Heads().Replace(code, ""), compiled, StringComparison.Ordinal);
            Assert.All(Heads().Matches(code).Select(head => head.Value).Where(head => !head.EndsWith(" Shop;\n", StringComparison.Ordinal)), head => Assert.Contains(head, compiled, StringComparison.Ordinal));
        }
    }

    private static string Lines(string code) => string.Join('\n', code.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));

    // A method may stand in a base class, in another file: a contract suite. So class and method are looked for apart.
    private static bool Exists(string type, string method) =>
        Tests.Any(t => Regex.IsMatch(t, $@"\bclass {type}\b", RegexOptions.None, TimeSpan.FromSeconds(5))) &&
        (method.Length == 0 || Tests.Any(t => Regex.IsMatch(t, $@"\b{method}\(", RegexOptions.None, TimeSpan.FromSeconds(5))));

    [GeneratedRegex(@"^\| (?<id>[A-J]\d+) \|.*\| (?<state>[^|]+) \|$", RegexOptions.ExplicitCapture)]
    private static partial Regex Feature();

    [GeneratedRegex(@"(?<class>When_\w+)(\.(?<method>Should_\w+))?", RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^(using|namespace) [\w.]+;\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heads();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
