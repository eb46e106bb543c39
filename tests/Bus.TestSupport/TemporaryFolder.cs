namespace Bus.TestSupport;

/// <summary>A fresh folder for one test, removed on dispose with all that is in it; kept where <c>BUS_TEST_KEEP</c> is set, to look into.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string FullPath { get; } = Directory.CreateTempSubdirectory("bus-test-").FullName;

    /// <summary>The path of <paramref name="name"/> within it.</summary>
    public string this[string name] => Path.Combine(FullPath, name);

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("BUS_TEST_KEEP") is null)
            Directory.Delete(FullPath, recursive: true);
    }
}
