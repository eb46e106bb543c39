using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Bus.Host.Schema;

/// <summary>One numbered script of a database's schema.</summary>
internal sealed partial record SchemaScript(int Version, string Name, string Text)
{
    /// <summary>SHA-256 of the text, so that a script that was changed after it had been applied is noticed.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>What is sent at a time: SQL Server's tools part a script at lines with <c>GO</c>.</summary>
    public IEnumerable<string> Batches => GoLine().Split(Text).Where(x => !string.IsNullOrWhiteSpace(x));

    /// <summary>The scripts of one database (sqlite, postgres or sqlserver), lowest version first.</summary>
    public static IReadOnlyList<SchemaScript> Of(string database)
    {
        var prefix = $"Schema.{database}/";
        var assembly = typeof(SchemaScript).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(x => x.StartsWith(prefix, StringComparison.Ordinal))
            .Select(x => Read(assembly.GetManifestResourceStream(x)!, x[prefix.Length..]))
            .OrderBy(x => x.Version)];
    }

    // A checkout may have rewritten line ends: they must not change the checksum.
    private static SchemaScript Read(Stream resource, string name)
    {
        using var reader = new StreamReader(resource, Encoding.UTF8);
        return new SchemaScript(int.Parse(name.Split('_')[0]), name, reader.ReadToEnd().ReplaceLineEndings("\n"));
    }

    [GeneratedRegex(@"^GO\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GoLine();
}
