using Xunit;

namespace Bus.UnitTests;

/// <summary>Files of the repository that are generated from the code and compared with it. <c>BUS_REWRITE=1</c> writes them anew.</summary>
internal static class Approved
{
    public static bool Rewrite => Environment.GetEnvironmentVariable("BUS_REWRITE") == "1";

    public static string Path(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Bus.sln")))
        {
            folder = folder.Parent;
        }

        return System.IO.Path.Combine(folder?.FullName ?? throw new InvalidOperationException("Run the tests inside the repository: no Bus.sln above them."), relative);
    }

    public static async Task MatchAsync(string relative, string expected)
    {
        var path = Path(relative);
        if (Rewrite)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, expected);
        }

        var actual = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        Assert.True(expected == actual, $"{relative} is not what the code says. Run the tests once with BUS_REWRITE=1, look at the difference, and commit it.\n{expected}");
    }
}
