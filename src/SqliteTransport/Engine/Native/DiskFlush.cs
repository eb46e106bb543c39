using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bus.SqliteTransport.Engine.Native;

/// <summary>
/// Waits until what was written to a file is on the disk. On Linux by the C library, since .NET 10 cannot tell there that a flush has failed: <c>SystemNative_FSync</c> answers 1 for an error, and
/// <see cref="RandomAccess.FlushToDisk"/> waits for a number below 0. On macOS, where it asks the disk itself to flush its cache, an error goes unnoticed.
/// </summary>
internal static class DiskFlush
{
    private const string Library = "libc";
    private const int Interrupted = 4;

    static DiskFlush() =>
        // As the program itself finds it, so that what was loaded before the C library is asked first.
        NativeLibrary.SetDllImportResolver(typeof(DiskFlush).Assembly, static (name, _, _) => name == Library ? NativeLibrary.GetMainProgramHandle() : 0);

    /// <exception cref="IOException">The disk refused.</exception>
    public static void Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FlushData(file) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new IOException($"{new Win32Exception(error).Message} (error {error}).");
        }
    }

    [DllImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    private static extern int FlushData(SafeFileHandle file);
}
