using Bus.SqliteTransport.Sending;
using CsCheck;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_headers_are_written
{
    private static readonly Gen<object> Value = Gen.OneOf(
        Gen.String.Where(text => !text.Any(char.IsSurrogate)).Select(value => (object)value),
        Gen.Bool.Select(value => (object)value),
        Gen.Int.Select(value => (object)value),
        Gen.Long.Select(value => (object)value),
        Gen.Double.Select(value => (object)value),
        Gen.Guid.Select(value => (object)value),
        Gen.DateTime.Select(value => (object)value),
        Gen.DateTimeOffset.Select(value => (object)value));

    private static readonly Gen<string> Name = Gen.OneOf(
        Gen.Char.AlphaNumeric.Array[1, 12].Select(letters => new string(letters)),
        Gen.Int[0, 4].Select(index => new[] { "Straße", "MT-Host-Info", "MessageId", "MT-Redelivery-Count", "名前" }[index]));

    private static readonly Gen<Dictionary<string, object>> Headers = Gen.Dictionary(Name, Value)[0, 12].Select(IgnoringCase);

    [Fact]
    public void Should_give_back_any_of_them() => Headers.Sample(headers =>
    {
        var block = new HeaderBlock(Write(headers));
        Assert.Equal(headers, IgnoringCase(block.GetAll()));
        foreach (var (name, value) in headers)
        {
            Assert.True(block.TryGetHeader(name.ToUpperInvariant(), out var found));
            Assert.Equal(value, found);
        }
    });

    [Fact]
    public void Should_replace_those_of_the_same_name_and_keep_the_rest() => Gen.Select(Headers, Headers).Sample((headers, changes) =>
    {
        var block = new HeaderBlock(HeaderBlock.With(Write(headers), changes));
        var expected = new Dictionary<string, object>(headers, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in changes)
            expected[name] = value;
        Assert.Equal(Sorted(expected), Sorted(block.GetAll()));
    });

    [Fact]
    public void Should_leave_out_what_is_null()
    {
        var block = HeaderBlock.With(Write(new() { ["a"] = 1, ["b"] = 2 }), "A", value: null);
        Assert.Equal(["b"], new HeaderBlock(block).GetAll().Select(header => header.Key));
        Assert.False(new HeaderBlock(block).TryGetHeader("a", out _));
    }

    [Fact]
    public void Should_keep_64_KB_of_any_script()
    {
        var text = string.Concat(Enumerable.Repeat("ü😀", 11_000));
        Assert.True(new HeaderBlock(Write(new() { ["big"] = text, ["after"] = true })).TryGetHeader("big", out var found));
        Assert.Equal(text, found);
    }

    [Fact]
    public void Should_find_nothing_in_none()
    {
        Assert.Empty(new HeaderBlock([]).GetAll());
        Assert.False(new HeaderBlock([]).TryGetHeader("a", out _));
    }

    [Fact]
    public void Should_read_ids_as_text_and_write_them_short()
    {
        var id = Guid.NewGuid().ToString("D");
        var block = Write(new() { [MessageHeaders.ContentType] = "application/vnd.masstransit+json", [MessageHeaders.MessageId] = id, [MessageHeaders.CorrelationId] = id });
        Assert.True(new HeaderBlock(block).TryGetHeader(MessageHeaders.MessageId, out var found));
        Assert.Equal(id, found);
        Assert.True(block.Length <= 50, $"{block.Length} bytes");
    }

    [Fact]
    public void Should_write_an_address_a_number_and_an_object_as_text()
    {
        var block = new HeaderBlock(Write(new() { ["address"] = new Uri("queue:a"), ["money"] = 1.5m, ["object"] = new { Name = "x" } }));
        Assert.Equal(["queue:a", "1.5", """{"name":"x"}"""], block.GetAll().Select(header => string.Concat($"{header.Value}".Where(letter => !char.IsWhiteSpace(letter)))));
    }

    [Fact]
    public void Should_refuse_a_format_that_is_newer()
    {
        var error = Assert.Throws<InvalidDataException>(() => new HeaderBlock([99, 1, 2, 3]).TryGetHeader("a", out _));
        Assert.Contains("format 99", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Write(Dictionary<string, object> headers)
    {
        var writer = new HeaderBlockWriter();
        foreach (var (name, value) in headers)
            writer.Add(name, value);
        return writer.ToArray();
    }

    private static IEnumerable<(string Name, object Value)> Sorted(IEnumerable<KeyValuePair<string, object>> headers) =>
        headers.Select(header => (header.Key.ToUpperInvariant(), header.Value)).OrderBy(header => header.Item1, StringComparer.Ordinal);

    private static Dictionary<string, object> IgnoringCase(IEnumerable<KeyValuePair<string, object>> headers)
    {
        var all = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
            all[name] = value;
        return all;
    }
}
