using Bus.TestSupport;

namespace Bus.ArchitectureTests.Code;

/// <summary>A text file of the working copy; <see cref="Path"/> is relative to its root, with forward slashes.</summary>
internal sealed record SourceFile(string Path, string FullPath)
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", ".idea", "TestResults", "artifacts", "data", "node_modules"];

    public string Text => File.ReadAllText(FullPath);

    /// <summary>Lines that hold code: neither blank nor only comment.</summary>
    public int CodeLines => File.ReadLines(FullPath).Select(l => l.Trim()).Count(l => l.Length > 0 && !l.StartsWith("//", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> In(string folder, params string[] extensions) =>
        Walk(new DirectoryInfo(System.IO.Path.Combine(Repository.Root, folder)))
            .Where(f => extensions.Contains(f.Extension, StringComparer.Ordinal))
            .Select(f => new SourceFile(System.IO.Path.GetRelativePath(Repository.Root, f.FullName).Replace('\\', '/'), f.FullName))
            .OrderBy(f => f.Path, StringComparer.Ordinal);

    /// <summary>Our own C# under <paramref name="folder"/>; what EF Core generates for migrations is not.</summary>
    public static IEnumerable<SourceFile> CSharp(string folder) => In(folder, ".cs").Where(f => !f.Path.Contains("/Migrations/", StringComparison.Ordinal));

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(d => !NotOurs.Contains(d.Name, StringComparer.Ordinal)).SelectMany(Walk));
}
