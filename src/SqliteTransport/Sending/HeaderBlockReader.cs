using System.Buffers.Binary;
using System.Text;

namespace Bus.SqliteTransport.Sending;

/// <summary>Walks through written headers; a value is made only when it is asked for.</summary>
internal ref struct HeaderBlockReader
{
    private static readonly RecentTexts Repeated = new();

    private readonly ReadOnlySpan<byte> _block;
    private int _position;
    private int _start;
    private byte _number;
    private ReadOnlySpan<byte> _spelled;
    private HeaderValueKind _kind;
    private ReadOnlySpan<byte> _value;

    public HeaderBlockReader(ReadOnlySpan<byte> block)
    {
        _block = block;
        if (block.Length > 0 && block[0] != HeaderBlock.Version)
            throw new InvalidDataException($"The headers of the message are of format {block[0]}; this version reads format {HeaderBlock.Version}. Update this service.");
        _position = 1;
    }

    /// <summary>The header as it is written, name and value.</summary>
    public readonly ReadOnlySpan<byte> Written => _block[_start.._position];

    public readonly string? Name => _number == HeaderNames.Spelled ? Encoding.UTF8.GetString(_spelled) : HeaderNames.Name(_number);

    /// <summary>Null for what only a later version understands.</summary>
    public readonly object? Value => _kind switch
    {
        HeaderValueKind.Text => HeaderNames.IsRepeated(_number) ? Repeated.Get(_value) : Encoding.UTF8.GetString(_value),
        HeaderValueKind.True => true,
        HeaderValueKind.False => false,
        HeaderValueKind.Int32 => (int)Number(_value),
        HeaderValueKind.Int64 => Number(_value),
        HeaderValueKind.Double => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(_value)),
        HeaderValueKind.Guid => new Guid(_value),
        HeaderValueKind.GuidText => new Guid(_value).ToString("D"),
        HeaderValueKind.DateTime => DateTime.FromBinary(BinaryPrimitives.ReadInt64LittleEndian(_value)),
        HeaderValueKind.DateTimeOffset => new DateTimeOffset(
            BinaryPrimitives.ReadInt64LittleEndian(_value), TimeSpan.FromMinutes(BinaryPrimitives.ReadInt16LittleEndian(_value[8..]))),
        HeaderValueKind.KnownText => HeaderNames.Value(_value[0]),
        _ => null,
    };

    public bool Next()
    {
        if (_position >= _block.Length)
            return false;
        _start = _position;
        _number = _block[_position++];
        _spelled = _number == HeaderNames.Spelled ? Take((int)Length()) : default;
        _kind = (HeaderValueKind)_block[_position++];
        _value = _kind switch
        {
            HeaderValueKind.Text => Take((int)Length()),
            HeaderValueKind.Int32 or HeaderValueKind.Int64 => TakeNumber(),
            HeaderValueKind.Double or HeaderValueKind.DateTime => Take(8),
            HeaderValueKind.Guid or HeaderValueKind.GuidText => Take(16),
            HeaderValueKind.DateTimeOffset => Take(10),
            HeaderValueKind.KnownText => Take(1),
            HeaderValueKind.True or HeaderValueKind.False => default,
            _ => throw new InvalidDataException($"A header of the message has a value of the unknown kind {(byte)_kind}. Update this service, or look whether the file is damaged."),
        };
        return true;
    }

    /// <param name="number">The number of <paramref name="name"/>.</param>
    /// <param name="name">Case does not matter.</param>
    public readonly bool Is(byte number, string name)
    {
        if (number != HeaderNames.Spelled || _number != HeaderNames.Spelled)
            return number == _number;
        return _spelled.Length == name.Length
            ? Ascii.EqualsIgnoreCase(_spelled, name) || IsSpelled(name)
            : _spelled.Length > name.Length && IsSpelled(name);
    }

    private readonly bool IsSpelled(string name) => string.Equals(Encoding.UTF8.GetString(_spelled), name, StringComparison.OrdinalIgnoreCase);

    private static long Number(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var index = 0; index < bytes.Length; index++)
            value |= (ulong)(bytes[index] & 0x7F) << (7 * index);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Length()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _block[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private ReadOnlySpan<byte> TakeNumber()
    {
        var from = _position;
        Length();
        return _block[from.._position];
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _block.Slice(_position, count);
        _position += count;
        return taken;
    }
}
