using PdfSharp.Drawing;
using PdfSharp.Pdf;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>Pages of text and lines as a PDF, in points from the upper left corner of an A4 page, in <see cref="InvoiceFont"/>. Not thread-safe.</summary>
internal sealed class PdfPages : IDisposable
{
    public const double Width = 595;
    public const double Height = 842;

    private const char Unknown = '?';
    private const string Ellipsis = "…";

    private readonly PdfDocument _document = new();
    private readonly List<XGraphics> _pages = [];
    private readonly Dictionary<(double Size, bool Bold), XFont> _fonts = [];

    public PdfPages(string title)
    {
        InvoiceFont.Register();
        (_document.Info.Title, _document.Info.Creator) = (title, "Bus");
        _document.RenderEvents.RenderTextEvent += (_, text) =>
        {
            var letters = text.CodePointGlyphIndexPairs;
            for (var index = 0; index < letters.Length; index++)
            {
                if (letters[index].GlyphIndex == 0)
                    (letters[index], text.ReevaluateGlyphIndices) = (new(Unknown, 0), true);
            }
        };
    }

    public int Count => _pages.Count;

    public void AddPage()
    {
        var page = _document.AddPage();
        (page.Width, page.Height) = (XUnit.FromPoint(Width), XUnit.FromPoint(Height));
        _pages.Add(XGraphics.FromPdfPage(page));
    }

    /// <summary>Writes on a page, the left end at <paramref name="x"/>, the foot of the letters at <paramref name="y"/>.</summary>
    public void Text(int page, double x, double y, double size, string text, bool bold = false) => _pages[page].DrawString(InvoiceFont.Showable(text), Font(size, bold), XBrushes.Black, x, y);

    /// <summary>Writes it, or as much of its beginning, with an ellipsis, as fits into a width.</summary>
    public void TextWithin(int page, double x, double y, double size, string text, double width)
    {
        var (all, font) = (InvoiceFont.Showable(text), Font(size, bold: false));
        Text(page, x, y, size, WidthOf(page, all, font) <= width ? all : BeginningOf(page, all, font, width - WidthOf(page, Ellipsis, font)) + Ellipsis);
    }

    /// <summary>Writes with the right end at <paramref name="right"/>.</summary>
    public void TextRight(int page, double right, double y, double size, string text) => Text(page, right - WidthOf(page, InvoiceFont.Showable(text), Font(size, bold: false)), y, size, text);

    /// <summary>Draws a thin line across.</summary>
    public void Rule(int page, double left, double right, double y) => _pages[page].DrawLine(new XPen(XColors.Black, 0.5), left, y, right, y);

    /// <summary>The file. Nothing can be written afterwards.</summary>
    public byte[] Build()
    {
        using var file = new MemoryStream();
        Close();
        _document.Save(file);
        return file.ToArray();
    }

    public void Dispose()
    {
        Close();
        _document.Dispose();
    }

    private void Close()
    {
        foreach (var page in _pages)
            page.Dispose();
        _pages.Clear();
    }

    private string BeginningOf(int page, string text, XFont font, double width)
    {
        var (length, used) = (0, 0d);
        foreach (var letter in text.EnumerateRunes())
        {
            used += WidthOf(page, letter.ToString(), font);
            if (used > width)
                break;
            length += letter.Utf16SequenceLength;
        }

        return text[..length].TrimEnd();
    }

    private double WidthOf(int page, string text, XFont font) => _pages[page].MeasureString(text, font).Width;

    private XFont Font(double size, bool bold)
    {
        if (!_fonts.TryGetValue((size, bold), out var font))
            _fonts[(size, bold)] = font = InvoiceFont.Of(size, bold);
        return font;
    }
}
