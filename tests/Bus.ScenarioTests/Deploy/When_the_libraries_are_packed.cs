using System.IO.Compression;
using System.Xml.Linq;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Deploy;

/// <summary>What is in the packages that <c>dotnet pack src/Packages.slnf</c> makes.</summary>
[Collection(nameof(Builds))]
public sealed class When_the_libraries_are_packed : IDisposable
{
    private static readonly string[] Packable =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(x => File.ReadAllText(x).Contains("<IsPackable>true<", StringComparison.Ordinal)).Select(x => Path.GetFileNameWithoutExtension(x)).Order(StringComparer.Ordinal),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Should_be_all_with_page_licence_documentation_symbols_and_each_other_in_exactly_this_version()
    {
        await PackAsync();
        var version = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.NotEmpty(Packable);
        Assert.Equal(Packable.Select(x => $"{x}.{version}.nupkg"), Directory.EnumerateFiles(_folder.FullPath, "*.nupkg").Select(x => Path.GetFileName(x)).Order(StringComparer.Ordinal));
        foreach (var name in Packable)
        {
            await using var package = await ZipFile.OpenReadAsync(_folder[$"{name}.{version}.nupkg"], TestContext.Current.CancellationToken);
            await using var symbols = await ZipFile.OpenReadAsync(_folder[$"{name}.{version}.snupkg"], TestContext.Current.CancellationToken);
            var about = await ReadAsync(package.Entries.Single(x => x.Name == $"{name}.nuspec"));

            Assert.Subset(package.Entries.Select(x => x.FullName).ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" });
            Assert.Contains(symbols.Entries, x => x.FullName == $"lib/net10.0/{name}.pdb");
            Assert.Equal(("Apache-2.0", "README.md"), (Text(about, "license"), Text(about, "readme")));
            Assert.NotEqual("Package Description", Text(about, "description"));
            Assert.All(about.Descendants().Where(x => x.Name.LocalName == "dependency" && Packable.Contains((string)x.Attribute("id")!)), x => Assert.Equal($"[{version}]", (string)x.Attribute("version")!));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string Text(XDocument about, string element) => about.Descendants().Single(x => x.Name.LocalName == element).Value;

    private static async Task<XDocument> ReadAsync(ZipArchiveEntry entry)
    {
        await using var stream = await entry.OpenAsync(TestContext.Current.CancellationToken);
        return await XDocument.LoadAsync(stream, LoadOptions.None, TestContext.Current.CancellationToken);
    }

    private async Task PackAsync()
    {
        // Its workers would hold its output open beyond its end.
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_NOLOGO"] = "1" };
        await using var pack = ChildProcess.Start(
            "dotnet", ["pack", Path.Combine(Repository.Root, "src", "Packages.slnf"), "--configuration", "Release", "--output", _folder.FullPath, "--verbosity", "quiet", "-p:UseSharedCompilation=false"], alone);
        Assert.True(await pack.WaitForExitAsync(TimeSpan.FromMinutes(5)) == 0, string.Join('\n', pack.Lines));
    }
}
