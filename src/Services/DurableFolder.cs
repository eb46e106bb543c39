using System.Runtime.InteropServices;

namespace Bus.Services;

/// <summary>Makes files and their names durable: without it a renamed file can be gone after a power cut although its bytes were flushed.</summary>
internal static partial class DurableFolder
{
    private const int InvalidArgument = 22;

    /// <summary>Creates the folder and those above it, and makes their names durable. Repeating it is no error.</summary>
    public static void Create(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            if (!Directory.Exists(parent))
                Create(parent);
            Directory.CreateDirectory(path);
            Flush(parent);
        }
    }

    /// <summary>Saves a file. When it returns the bytes survive a power cut; when it throws there is nothing, or what was there before. Thread-safe, also over processes.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="write">Writes its bytes.</param>
    public static Task SaveAsync(string path, Func<Stream, Task> write) => MoveInAsync(path, write, overwrite: true);

    /// <summary>As <see cref="SaveAsync"/>, but leaves a file that is there alone, also one that comes at the same time.</summary>
    /// <returns>False when there is one.</returns>
    public static async Task<bool> TryAddAsync(string path, Func<Stream, Task> write)
    {
        try
        {
            await MoveInAsync(path, write, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            // Whoever has put it there may not have come to this yet.
            Flush(Path.GetDirectoryName(path)!);
            return false;
        }
    }

    /// <summary>Flushes the folder's entries. Windows journals them itself, and a file system that cannot do it says so and is left alone.</summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(path, 0);
        if (descriptor < 0)
            throw Failed(path, "opened");
        try
        {
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw Failed(path, "flushed to disk");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static async Task MoveInAsync(string path, Func<Stream, Task> write, bool overwrite)
    {
        var folder = Path.GetDirectoryName(path)!;
        Create(folder);
        var temporary = Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite);
            Flush(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static IOException Failed(string path, string what) =>
        new($"Folder '{path}' could not be {what}: {Marshal.GetLastPInvokeErrorMessage()}. Check its disk and its permissions.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Close(int descriptor);
}
