using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MassTransit.Serialization;

namespace Bus.SqliteTransport.Sending;

/// <summary>
/// Writes headers as bytes: a version, then for each its name (one byte, or zero and the text), the kind of its value, and the value. Use one at a time in a thread, and
/// end it with <see cref="ToArray"/>.
/// </summary>
internal ref struct HeaderBlockWriter
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static byte[]? _spare;

    private byte[] _buffer;
    private int _length;

    public HeaderBlockWriter()
    {
        _buffer = _spare ?? new byte[1024];
        _spare = null;
        _buffer[0] = HeaderBlock.Version;
        _length = 1;
    }

    /// <summary>Null is left out, since that is how a header is removed.</summary>
    public void Add(string name, object? value)
    {
        if (value is null)
            return;
        var number = HeaderNames.NumberOf(name);
        WriteName(number, name);
        switch (value)
        {
            case string text: WriteText(number, text); break;
            case Uri address: WriteText(number, address.OriginalString); break;
            case bool flag: WriteKind(flag ? HeaderValueKind.True : HeaderValueKind.False); break;
            case int or short or ushort or byte or sbyte: WriteNumber(HeaderValueKind.Int32, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case long or uint: WriteNumber(HeaderValueKind.Int64, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case double or float: WriteFixed(HeaderValueKind.Double, BitConverter.DoubleToInt64Bits(Convert.ToDouble(value, CultureInfo.InvariantCulture))); break;
            case Guid id: WriteGuid(HeaderValueKind.Guid, id); break;
            case DateTime time: WriteFixed(HeaderValueKind.DateTime, time.ToBinary()); break;
            case DateTimeOffset time: WriteTime(time); break;
            case IFormattable formattable: WriteText(number, formattable.ToString(null, CultureInfo.InvariantCulture)); break;
            default: WriteText(number, JsonSerializer.Serialize(value, SystemTextJsonMessageSerializer.Options)); break;
        }
    }

    /// <summary>An id that its receivers read as text.</summary>
    public void AddId(string name, Guid id)
    {
        WriteName(HeaderNames.NumberOf(name), name);
        WriteGuid(HeaderValueKind.GuidText, id);
    }

    /// <summary>A header that is written already.</summary>
    public void AddWritten(ReadOnlySpan<byte> header) => header.CopyTo(Take(header.Length));

    public byte[] ToArray()
    {
        var block = _buffer.AsSpan(0, _length).ToArray();
        if (_buffer.Length <= LargestKept)
            _spare = _buffer;
        _buffer = [];
        return block;
    }

    private void WriteName(byte number, string name)
    {
        Take(1)[0] = number;
        if (number == HeaderNames.Spelled)
            WriteUtf8(name);
    }

    private void WriteText(byte name, string text)
    {
        // Only the one spelling that is read back.
        if (HeaderNames.IsId(name) && Guid.TryParseExact(text, "D", out var id) && text == id.ToString("D"))
        {
            WriteGuid(HeaderValueKind.GuidText, id);
        }
        else if (HeaderNames.NumberOfValue(text) is var known and not 0)
        {
            WriteKind(HeaderValueKind.KnownText);
            Take(1)[0] = known;
        }
        else
        {
            WriteKind(HeaderValueKind.Text);
            WriteUtf8(text);
        }
    }

    private void WriteKind(HeaderValueKind kind) => Take(1)[0] = (byte)kind;

    private void WriteNumber(HeaderValueKind kind, long value)
    {
        WriteKind(kind);
        WriteLength((ulong)((value << 1) ^ (value >> 63)));
    }

    private void WriteFixed(HeaderValueKind kind, long bits)
    {
        WriteKind(kind);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), bits);
    }

    private void WriteGuid(HeaderValueKind kind, Guid id)
    {
        WriteKind(kind);
        id.TryWriteBytes(Take(16));
    }

    private void WriteTime(DateTimeOffset time)
    {
        WriteFixed(HeaderValueKind.DateTimeOffset, time.Ticks);
        BinaryPrimitives.WriteInt16LittleEndian(Take(2), (short)time.TotalOffsetMinutes);
    }

    private void WriteUtf8(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteLength((ulong)length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    private void WriteLength(ulong value)
    {
        while (value >= 0x80)
        {
            Take(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Take(1)[0] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        var room = _buffer.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
