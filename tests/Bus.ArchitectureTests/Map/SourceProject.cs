using System.Reflection;
using System.Xml.Linq;
using Bus.TestSupport;

namespace Bus.ArchitectureTests.Map;

/// <summary>One project file under <c>src</c>, as the build reads it.</summary>
internal sealed record SourceProject(string Folder, string Assembly, bool IsPackable, IReadOnlySet<string> References, IReadOnlyList<string> Packages)
{
    public static IReadOnlyList<SourceProject> All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read),
    ];

    public static IReadOnlyList<SourceProject> Libraries { get; } = [.. All.Where(p => p.IsPackable)];

    public Assembly Load() => System.Reflection.Assembly.Load(Assembly);

    private static SourceProject Read(string file)
    {
        var xml = XDocument.Load(file);
        var name = xml.Descendants("AssemblyName").Single().Value;
        return new SourceProject(
            Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'),
            name,
            xml.Descendants("IsPackable").Any(e => e.Value == "true"),
            xml.Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/'))).ToHashSet(StringComparer.Ordinal),
            [.. xml.Descendants("PackageReference").Select(e => e.Attribute("Include")!.Value)]);
    }
}
