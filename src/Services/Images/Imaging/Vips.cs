using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>Sets libvips up once for the process: four decoders and no other, no cache of operations, one thread an image.</summary>
internal static class Vips
{
    // libvips knows loaders as a tree of classes: everything is blocked from the root, then the four accepted families are let in again.
    private static readonly string[] Loaders = ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"];

    // What a decoder grumbles about an upload belongs in the answer to its uploader, who gets it as an error, and not on our standard error.
    private static readonly Log.LogDelegate Silence = (_, _, _) => { };

    private static readonly Lazy<bool> Ready = new(SetUp);

    /// <summary>Call before the first use of NetVips in a method; cheap when done before. Thread-safe.</summary>
    /// <exception cref="PlatformNotSupportedException">The native library cannot be loaded here.</exception>
    public static void EnsureReady() => _ = Ready.Value;

    private static bool SetUp()
    {
        if (!ModuleInitializer.VipsInitialized)
        {
            throw new PlatformNotSupportedException(
                "The native image library libvips could not be loaded. Package NetVips.Native carries it for Windows, macOS and Linux (glibc and musl) on x64 and "
                + "arm64; elsewhere install libvips 8.18 or later.", ModuleInitializer.Exception);
        }

        NativeAllocator.ReturnMemory();
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silence);

        // Photos are seen once: caching operations would only hold on to their pixels. Several images run side by side, so that one each
        // is enough, and memory stays the same whatever the number of processors.
        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 1;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Loaders)
            Operation.Block(loader, false);
        return true;
    }
}
