namespace Bus.Services.Notifications;

/// <summary>A folder that messages are written to in the place of a provider: each file is there whole or not at all, and survives a power cut. Thread-safe, also over processes.</summary>
internal sealed class OutputFolder(string dataFolder, string name)
{
    private readonly string _path = Path.Combine(Path.GetFullPath(dataFolder), name);

    /// <summary>Where it is.</summary>
    public string FullPath => _path;

    public Task WriteAsync(string file, Func<Stream, Task> write) => DurableFolder.SaveAsync(Path.Combine(_path, file), write);
}
