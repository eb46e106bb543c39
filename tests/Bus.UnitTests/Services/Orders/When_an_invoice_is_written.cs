using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment;
using Bus.Services.Orders.Fulfilment.Invoices;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

/// <summary>Read back by a library that knows nothing of how it was written.</summary>
public sealed class When_an_invoice_is_written
{
    [Fact]
    public void Should_name_seller_customer_lines_and_total()
    {
        using var pdf = PdfDocument.Open(Document(2).Render());

        var words = WordsOf(pdf.GetPage(1));
        Assert.Equal("Invoice INV-00000007", pdf.Information.Title);
        Assert.Contains("Nordlys Handel AS", words, StringComparison.Ordinal);
        Assert.Contains("NO 999 888 777 MVA", words, StringComparison.Ordinal);
        Assert.Contains("Number INV-00000007", words, StringComparison.Ordinal);
        Assert.Contains("Date 2026-12-07", words, StringComparison.Ordinal);
        Assert.Contains("Order A-1001", words, StringComparison.Ordinal);
        Assert.Contains("kari@example.com", words, StringComparison.Ordinal);
        Assert.Contains("5003 Bergen", words, StringComparison.Ordinal);
        Assert.Contains("SKU-1 Thing 1 2 1,234.50 2,469.00", words, StringComparison.Ordinal);
        Assert.Contains("SKU-2 Thing 2 2 1,234.50 2,469.00", words, StringComparison.Ordinal);
        Assert.Contains("Total NOK 4,938.00", words, StringComparison.Ordinal);
        Assert.Contains("Page 1 of 1", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_go_on_for_as_many_pages_as_its_lines_need()
    {
        using var pdf = PdfDocument.Open(Document(1_000).Render());

        var words = pdf.GetPages().Select(WordsOf).ToList();
        Assert.InRange(pdf.NumberOfPages, 15, 25);
        var all = string.Join(' ', words);
        for (var line = 1; line <= 1_000; line++)
            Assert.Contains($"SKU-{line} Thing {line} ", all, StringComparison.Ordinal);
        Assert.All(words.Skip(1), page => Assert.StartsWith("Invoice INV-00000007, continued SKU Description", page, StringComparison.Ordinal));
        Assert.EndsWith($"Page {pdf.NumberOfPages} of {pdf.NumberOfPages}", words[^1], StringComparison.Ordinal);
        Assert.Contains("Total NOK 2,469,000.00", words[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(words.SkipLast(1), page => page.Contains("Total NOK", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(35)]
    [InlineData(36)]
    [InlineData(37)]
    [InlineData(38)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    [InlineData(45)]
    public void Should_keep_everything_apart_and_on_its_page(int lines)
    {
        using var pdf = PdfDocument.Open(Document(lines).Render());

        foreach (var page in pdf.GetPages())
        {
            var words = page.GetWords().ToList();
            Assert.All(words, word => Assert.True(word.BoundingBox.Left >= 40 && word.BoundingBox.Right <= 555 && word.BoundingBox.Bottom >= 20 && word.BoundingBox.Top <= 800, word.ToString()));
            // No line of text runs into the next.
            var heights = words.Select(word => Math.Round(word.BoundingBox.Bottom / 4)).Distinct().Order().ToList();
            Assert.True(heights.Count > 3);
        }

        Assert.Contains("Total NOK", WordsOf(pdf.GetPage(pdf.NumberOfPages)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ærøskøbing Süß Çà Œuvre 12 €", "Ærøskøbing Süß Çà Œuvre 12 €")]
    [InlineData("Łukasz Żółć, Dvořák", "Łukasz Żółć, Dvořák")]
    [InlineData("Иван Щукин", "Иван Щукин")]
    [InlineData("Γιώργος", "Γιώργος")]
    [InlineData("ΓΙΏΡΓΟΣ Μαΐου", "ΓΙΏΡΓΟΣ Μαΐου")]
    [InlineData("Nguyễn Văn Sử, Ștefan Țîru", "Nguyễn Văn Sử, Ștefan Țîru")]
    [InlineData("王小明", "???")]
    [InlineData("Back\\slash (and) paren)", "Back\\slash (and) paren)")]
    [InlineData("Tab\tand\nbreak", "Tab and break")]
    [InlineData("🎁 gift", "? gift")]
    public void Should_write_names_as_they_are(string name, string read)
    {
        var document = Document(1);
        using var pdf = PdfDocument.Open((document with { Order = document.Order with { Customer = document.Order.Customer with { Name = name } } }).Render());

        Assert.Contains(read, WordsOf(pdf.GetPage(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_cut_off_what_is_too_wide_for_its_column()
    {
        var document = Document(1);
        var order = document.Order with { Lines = [new OrderLine(new string('W', 64), new string('M', 200), 1, 100)] };
        using var pdf = PdfDocument.Open((document with { Order = order }).Render());

        var words = pdf.GetPage(1).GetWords().ToList();
        Assert.True(words.Single(word => word.Text.StartsWith("WWW", StringComparison.Ordinal)).BoundingBox.Right < 150);
        Assert.True(words.Single(word => word.Text.StartsWith("MMM", StringComparison.Ordinal)).BoundingBox.Right < 350);
        Assert.Equal(2, words.Count(word => word.Text.EndsWith('…')));
    }

    [Fact]
    public void Should_take_everything_back_on_a_credit_note()
    {
        var note = Document(1) with { Kind = InvoiceKind.CreditNote, Number = "CN-00000001", Against = "INV-00000007" };
        using var pdf = PdfDocument.Open(note.Render());

        var words = WordsOf(pdf.GetPage(1));
        Assert.Equal("Credit note CN-00000001", pdf.Information.Title);
        Assert.Contains("For invoice INV-00000007", words, StringComparison.Ordinal);
        Assert.Contains("SKU-1 Thing 1 2 1,234.50 -2,469.00", words, StringComparison.Ordinal);
        Assert.Contains("Total NOK -2,469.00", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(123456, "EUR", "1,234.56")]
    [InlineData(5, "NOK", "0.05")]
    [InlineData(1500, "JPY", "1,500")]
    [InlineData(-12345, "KWD", "-12.345")]
    [InlineData(long.MaxValue, "USD", "92,233,720,368,547,758.07")]
    public void Should_write_amounts_as_their_currency_does(long amount, string currency, string text) => Assert.Equal(text, CurrencyText.Of(amount, currency));

    // As a person reads it: from the top down, each line from the left.
    private static string WordsOf(Page page) => string.Join(' ', page.GetWords()
        .OrderByDescending(word => Math.Round(word.Letters[0].StartBaseLine.Y)).ThenBy(word => word.BoundingBox.Left)
        .Select(word => word.Text));

    private static InvoiceDocument Document(int lines) => new(
        InvoiceKind.Invoice,
        "INV-00000007",
        new DateOnly(2026, 12, 7),
        null,
        new SellerOptions { Name = "Nordlys Handel AS", Street = "Strandgaten 1", PostalCode = "5013", City = "Bergen", Country = "Norway", TaxId = "NO 999 888 777 MVA" },
        new OrderDetails(
            "A-1001",
            new OrderCustomer("c-1", "Kari Nordmann", "kari@example.com", null),
            new OrderAddress("Kari Nordmann", "Storgata 1", "5003", "Bergen", "NO"),
            [.. Enumerable.Range(1, lines).Select(line => new OrderLine($"SKU-{line}", $"Thing {line}", 2, 123_450))],
            "NOK",
            lines * 246_900L));
}
