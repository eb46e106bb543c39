using System.Text.RegularExpressions;
using Bus.TestSupport;
using Xunit;

namespace Bus.ArchitectureTests.Map;

public sealed partial class When_a_project_references_another
{
    [Fact]
    public void Should_follow_the_table_in_the_architecture_page()
    {
        var table = File.ReadLines(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups["folder"].Value} ({match.Groups["assembly"].Value}) -> {List(Name().Matches(match.Groups["references"].Value).Select(m => m.Groups["name"].Value))}");
        var projects = SourceProject.All.Select(p => $"{p.Folder} ({p.Assembly}) -> {List(p.References)}");

        Assert.Equal(projects.Order(StringComparer.Ordinal), table.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Bus.Contracts")]
    [InlineData("Bus.Core")]
    public void Should_need_no_package_at_the_bottom(string assembly) =>
        Assert.Empty(SourceProject.All.Single(p => p.Assembly == assembly).Packages);

    [Fact]
    public void Should_see_only_what_it_references_itself() =>
        Assert.Contains(
            "<DisableTransitiveProjectReferences>true</DisableTransitiveProjectReferences>",
            File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")),
            StringComparison.Ordinal);

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    // | `src/Core` | `Bus.Core` | purpose | `Bus.A`, `Bus.B` |
    [GeneratedRegex(@"^\| `(?<folder>src/\w+)` \| `(?<assembly>[\w.]+)` \|[^|]*\|(?<references>[^|]*)\|$", RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
