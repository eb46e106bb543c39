namespace Bus.TestSupport;

/// <summary>Where the working copy is that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder of <c>Bus.sln</c>, found upwards from the test's own folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bus.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Bus.sln above '{AppContext.BaseDirectory}': run the tests from within a working copy.");
    }
}
