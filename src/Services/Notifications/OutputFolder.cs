namespace Bus.Services.Notifications;

/// <summary>A folder that messages are written to in the place of a provider: each file is there whole or not at all, and survives a power cut. Thread-safe, also over processes.</summary>
internal sealed class OutputFolder(string dataFolder, string name)
{
    private readonly string _path = Path.Combine(Path.GetFullPath(dataFolder), name);

    /// <summary>Where it is.</summary>
    public string FullPath => _path;

    public async Task WriteAsync(string file, Func<Stream, Task> write)
    {
        DurableFolder.Create(_path);
        var temporary = Path.Combine(_path, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path.Combine(_path, file), overwrite: true);
            DurableFolder.Flush(_path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
