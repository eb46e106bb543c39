using Bus.Services.Images.Imaging;
using NetVips;

namespace Bus.Services.Images.Samples;

/// <summary>
/// Photos for the demonstration, rendered by code so that nobody's picture has to be shipped: one of every kind of good input, up to about 3 MB
/// each. The same version renders the same bytes.
/// </summary>
public static class SamplePhotos
{
    private static readonly (string Name, string Shows, Action<string> Render)[] All =
    [
        ("mountains.jpg", "an ordinary photo", path => Jpeg(Scenery.Mountains(3600, 2400, 1), path)),
        ("upright.jpg", "turned by its EXIF orientation", path => Turned(Scenery.Mountains(1800, 2700, 2), path)),
        ("pebbles.jpg", "a progressive JPEG", path => Jpeg(Scenery.Pebbles(2400, 1800, 3), path, progressive: true)),
        ("sea.webp", "a WebP", path => Save(Scenery.Sea(2800, 1800, 4), image => image.Webpsave(path, q: 92))),
        ("dusk-16-bit.png", "16 bits a channel", path => Save(Deep(Scenery.Mountains(960, 640, 5)), image => image.Pngsave(path))),
        ("print.jpg", "CMYK, as printers use", path => Jpeg(Scenery.Sea(2000, 1400, 6).IccTransform("cmyk", inputProfile: "srgb"), path)),
        ("wide-gamut.jpg", "a Display P3 colour profile", path => Jpeg(Scenery.Sea(2400, 1600, 7).IccTransform("p3", inputProfile: "srgb", depth: 8), path)),
        ("sign.png", "transparent", path => Save(Scenery.Sign(1600, 1200), image => image.Pngsave(path))),
        ("panorama.jpg", "very wide", path => Jpeg(Scenery.Mountains(5200, 1100, 8), path)),
        ("small.jpg", "smaller than the target: not enlarged", path => Jpeg(Scenery.Sea(640, 480, 9), path)),
        ("still.gif", "a GIF of one frame", path => Save(Scenery.Pebbles(1300, 900, 10), image => image.Gifsave(path))),
        ("dot.png", "one pixel", path => Save(Scenery.Plain(1, 1, 30, 85, 120), image => image.Pngsave(path))),
    ];

    /// <summary>Writes the samples into <paramref name="folder"/>, which is created where absent; samples of an earlier run are overwritten.</summary>
    /// <returns>The files in the order of rendering.</returns>
    public static Task<IReadOnlyList<SamplePhoto>> RenderAsync(string folder, CancellationToken cancellationToken = default) =>
        Task.Run<IReadOnlyList<SamplePhoto>>(() => Render(folder, cancellationToken), cancellationToken);

    private static SamplePhoto[] Render(string folder, CancellationToken cancellationToken)
    {
        Vips.EnsureReady();
        Directory.CreateDirectory(folder);
        return All.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(sample =>
        {
            var path = Path.Combine(folder, sample.Name);
            sample.Render(path);
            return new SamplePhoto(path, sample.Shows);
        }).ToArray();
    }

    private static void Jpeg(Image image, string path, bool progressive = false) => Save(image, i => i.Jpegsave(path, q: 92, interlace: progressive));

    // The pixels lie on their side and the tag says so, as a phone does it.
    private static void Turned(Image upright, string path) =>
        Jpeg(upright.Rot270().Mutate(m => m.Set(GValue.GIntType, "orientation", 6)), path);

    private static Image Deep(Image image) => (image * 257.0).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);

    private static void Save(Image image, Action<Image> save)
    {
        using (image)
            save(image);
    }
}
