using System.Globalization;
using System.Text;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// Pages of text and lines as a PDF (ISO 32000-1, version 1.4) in Helvetica, which every reader has, so that no font is needed here or there. Written by hand since the same pages must be the same bytes: there is neither
/// time nor chance in it. Points from the upper left corner of an A4 page. Not thread-safe.
/// </summary>
internal sealed class PdfPages(string title)
{
    public const double Width = 595;
    public const double Height = 842;

    // 1 the catalog, 2 the pages, 3 and 4 the fonts, 5 the information; from here on each page and its content.
    private const int FirstPage = 6;

    private readonly List<StringBuilder> _pages = [];

    public int Count => _pages.Count;

    public void AddPage() => _pages.Add(new StringBuilder());

    /// <summary>Writes on a page, the left end at <paramref name="x"/>, the foot of the letters at <paramref name="y"/>.</summary>
    public void Text(int page, double x, double y, double size, string text, bool bold = false) => Show(page, x, y, size, PdfText.Encode(text), bold);

    /// <summary>Writes as much as fits into a width.</summary>
    public void TextWithin(int page, double x, double y, double size, string text, double width) => Show(page, x, y, size, PdfText.EncodeWithin(text, size, width), bold: false);

    /// <summary>Writes with the right end at <paramref name="right"/>.</summary>
    public void TextRight(int page, double right, double y, double size, string text)
    {
        var encoded = PdfText.Encode(text);
        Show(page, right - PdfText.WidthOf(encoded, size), y, size, encoded, bold: false);
    }

    /// <summary>Draws a thin line across.</summary>
    public void Rule(int page, double left, double right, double y) => _pages[page].Append(CultureInfo.InvariantCulture, $"0.5 w {left:0.##} {Height - y:0.##} m {right:0.##} {Height - y:0.##} l S\n");

    /// <summary>The file.</summary>
    public byte[] Build()
    {
        using var file = new MemoryStream();
        List<long> offsets = [];
        Write(file, "%PDF-1.4\n%âãÏÓ\n");
        Object("<</Type/Catalog/Pages 2 0 R>>");
        Object($"<</Type/Pages/Count {Count}/Kids[{string.Join(' ', Enumerable.Range(0, Count).Select(page => $"{FirstPage + (2 * page)} 0 R"))}]>>");
        Object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
        Object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>");
        Object($"<</Title({Escape(PdfText.Encode(title))})/Producer(Bus)>>");
        for (var page = 0; page < Count; page++)
        {
            Object(string.Create(CultureInfo.InvariantCulture, $"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {Width} {Height}]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents {FirstPage + (2 * page) + 1} 0 R>>"));
            // One byte a character: so is the length.
            Object($"<</Length {_pages[page].Length}>>\nstream\n{_pages[page]}\nendstream");
        }

        End(file, offsets);
        return file.ToArray();

        void Object(string body)
        {
            offsets.Add(file.Position);
            Write(file, $"{offsets.Count} 0 obj\n{body}\nendobj\n");
        }
    }

    private static void End(MemoryStream file, List<long> offsets)
    {
        var start = file.Position;
        Write(file, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n{string.Concat(offsets.Select(offset => $"{offset:D10} 00000 n \n"))}");
        Write(file, $"trailer\n<</Size {offsets.Count + 1}/Root 1 0 R/Info 5 0 R>>\nstartxref\n{start}\n%%EOF\n");
    }

    private void Show(int page, double x, double y, double size, byte[] encoded, bool bold) => _pages[page].Append(
        CultureInfo.InvariantCulture, $"BT /{(bold ? "F2" : "F1")} {size:0.##} Tf {x:0.##} {Height - y:0.##} Td ({Escape(encoded)}) Tj ET\n");

    // Names are their customers's: a parenthesis in one must not end the string.
    private static string Escape(byte[] encoded) => Encoding.Latin1.GetString(encoded)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);

    private static void Write(MemoryStream file, string text) => file.Write(Encoding.Latin1.GetBytes(text));
}
