using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Sending;

/// <summary>
/// The transport headers of a message as they lie in the file: 50 bytes for a message without headers of its own. Read lazily: a message whose headers nobody asks for is not decoded.
/// Names are unique and their case does not matter. Thread-safe.
/// </summary>
internal sealed class HeaderBlock(byte[] block) : IHeaderProvider
{
    public const byte Version = 1;

    public byte[] Bytes => block;

    /// <summary>The same headers and one more; a header of that name is replaced. A value of null removes it.</summary>
    public static byte[] With(byte[] block, string name, object? value) => With(block, [new(name, value!)]);

    /// <summary>The same headers and others; those of the same name are replaced, by null removed. The names must be unique.</summary>
    public static byte[] With(byte[] block, IReadOnlyCollection<KeyValuePair<string, object>> changes)
    {
        var writer = new HeaderBlockWriter();
        var reader = new HeaderBlockReader(block);
        while (reader.Next())
        {
            if (!IsAmong(reader, changes))
                writer.AddWritten(reader.Written);
        }

        foreach (var (name, value) in changes)
            writer.Add(name, value);
        return writer.ToArray();
    }

    /// <summary>False: written by a later version, or damaged.</summary>
    public bool IsReadable()
    {
        try
        {
            var reader = new HeaderBlockReader(block);
            while (reader.Next())
            {
                // Only whether it comes to an end.
            }

            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or IndexOutOfRangeException or ArgumentException)
        {
            return false;
        }
    }

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
    {
        var number = HeaderNames.NumberOf(key);
        var reader = new HeaderBlockReader(block);
        while (reader.Next())
        {
            if (reader.Is(number, key))
                return (value = reader.Value) is not null;
        }

        value = null;
        return false;
    }

    public IEnumerable<KeyValuePair<string, object>> GetAll()
    {
        var headers = new List<KeyValuePair<string, object>>();
        var reader = new HeaderBlockReader(block);
        while (reader.Next())
        {
            if (reader.Name is { } name && reader.Value is { } value)
                headers.Add(new(name, value));
        }

        return headers;
    }

    private static bool IsAmong(in HeaderBlockReader reader, IReadOnlyCollection<KeyValuePair<string, object>> changes)
    {
        foreach (var (name, _) in changes)
        {
            if (reader.Is(HeaderNames.NumberOf(name), name))
                return true;
        }

        return false;
    }
}
