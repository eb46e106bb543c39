using System.Globalization;
using System.Text;
using PdfSharp.Drawing;
using PdfSharp.Fonts;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// The font of invoices, which comes with the assembly, so that they look alike on machines without any: DejaVu Sans, which has Latin, Greek, Cyrillic and more letters, but no Chinese, Japanese or Korean ones. Thread-safe.
/// </summary>
/// <param name="next">Whom the program has set before, for its own documents; null for nobody. PDFsharp has one such setting for the whole process.</param>
internal sealed class InvoiceFont(IFontResolver? next) : IFontResolver
{
    private const string Family = "Bus invoice";
    private const string Resource = "Font.DejaVuSans.ttf";

    private static readonly Lock Registering = new();

    /// <summary>Makes the font known. Again does nothing.</summary>
    /// <exception cref="InvalidOperationException">The program has written with PDFsharp before, which then takes no further fonts.</exception>
    public static void Register()
    {
        lock (Registering)
        {
            if (GlobalFontSettings.FallbackFontResolver is not InvoiceFont)
                GlobalFontSettings.FallbackFontResolver = new InvoiceFont(GlobalFontSettings.FallbackFontResolver as IFontResolver);
        }
    }

    /// <summary>The font in a size, in points.</summary>
    public static XFont Of(double size, bool bold) => new(Family, size, bold ? XFontStyleEx.Bold : XFontStyleEx.Regular);

    /// <summary>The text on one line: of what has no picture, controls become spaces and marks of direction and the like nothing.</summary>
    public static string Showable(string text) => string.Concat(text.EnumerateRunes().Select(letter => Rune.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
        UnicodeCategory.Format => "",
        _ => letter.ToString(),
    }));

    public FontResolverInfo? ResolveTypeface(string familyName, bool isBold, bool isItalic) =>
        familyName == Family ? new FontResolverInfo(Resource, isBold, isItalic) : next?.ResolveTypeface(familyName, isBold, isItalic);

    public byte[]? GetFont(string faceName)
    {
        if (faceName != Resource)
            return next?.GetFont(faceName);
        using var font = typeof(InvoiceFont).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[font.Length];
        font.ReadExactly(bytes);
        return bytes;
    }
}
