using System.Security.Cryptography;

namespace Bus.Services.Reports.Files;

/// <summary>The files of reports, each under its report and the hash of its bytes. Thread-safe, also over processes.</summary>
internal sealed class ReportFolder(string dataFolder, TimeProvider clock)
{
    private const int BufferBytes = 64 * 1024;

    private readonly string _root = Path.Combine(Path.GetFullPath(dataFolder), "reports");

    /// <summary>Saves what is written. When it returns the bytes survive a power cut; when it throws there is nothing.</summary>
    public async Task<ReportFile> SaveAsync(Guid report, Func<CsvWriter, Task> write, CancellationToken cancellationToken)
    {
        DurableFolder.Create(_root);
        var temporary = Path.Combine(_root, $"{Guid.NewGuid():N}.tmp");
        try
        {
            var file = await WriteAsync(temporary, write, cancellationToken);
            Publish(temporary, PathOf(report, file.Hash));
            return file;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Opens a file for reading; null when it is not there.</summary>
    public Stream? Open(Guid report, string hash)
    {
        try
        {
            return new FileStream(PathOf(report, hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Copies a file out: it is at its place whole, or not at all.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<string> CopyAsync(Guid report, string hash, string target, CancellationToken cancellationToken)
    {
        await using var source = Open(report, hash) ?? throw new FileNotFoundException($"The file of report {report:D} is not in '{_root}'. All processes must use one `{ReportOptions.DataFolderKey}`.");
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var copy = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous))
            {
                await source.CopyToAsync(copy, cancellationToken);
                await copy.FlushAsync(cancellationToken);
                RandomAccess.FlushToDisk(copy.SafeFileHandle);
            }

            Publish(temporary, target);
            return target;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes files, and what writers that died left behind, that are older than an age and of which <paramref name="isNeeded"/> says no; returns how many.</summary>
    public async Task<int> SweepAsync(TimeSpan age, Func<Guid, string, Task<bool>> isNeeded, CancellationToken cancellationToken)
    {
        var removed = 0;
        var limit = (clock.GetUtcNow() - age).UtcDateTime;
        foreach (var file in Directory.Exists(_root) ? new DirectoryInfo(_root).EnumerateFiles().Where(one => one.LastWriteTimeUtc < limit) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Path.GetFileNameWithoutExtension(file.Name).Split('-') is [var report, var hash] ? !Guid.TryParse(report, out var id) || await isNeeded(id, hash) : file.Extension != ".tmp")
                continue;
            file.Delete();
            removed++;
        }

        return removed;
    }

    private static async Task<ReportFile> WriteAsync(string path, Func<CsvWriter, Task> write, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.Asynchronous);
        var lines = new CsvWriter(file);
        await write(lines);
        await file.FlushAsync(cancellationToken);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        file.Position = 0;
        return new ReportFile(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)), lines.Lines, file.Length);
    }

    private static void Publish(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        DurableFolder.Flush(Path.GetDirectoryName(to)!);
    }

    private string PathOf(Guid report, string hash) => Path.Combine(_root, $"{report:N}-{hash}.csv");
}
