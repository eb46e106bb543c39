using System.Buffers;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;
using MessagePack;

namespace Bus.Serialization;

/// <summary>
/// The envelope on the wire: one array whose order never changes; new fields are added at its end, and a reader skips those it does not know. Ids are 16 bytes, instants
/// are ticks, headers are a map of plain values.
/// </summary>
internal static class MessagePackEnvelope
{
    private const int Fields = 16;

    public static byte[] Write(JsonMessageEnvelope envelope, MessagePackPayload payload)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + payload.Bytes.Length);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(Fields);
        WriteId(ref writer, envelope.MessageId);
        WriteId(ref writer, envelope.RequestId);
        WriteId(ref writer, envelope.CorrelationId);
        WriteId(ref writer, envelope.ConversationId);
        WriteId(ref writer, envelope.InitiatorId);
        writer.Write(envelope.SourceAddress);
        writer.Write(envelope.DestinationAddress);
        writer.Write(envelope.ResponseAddress);
        writer.Write(envelope.FaultAddress);
        WriteStrings(ref writer, envelope.MessageType ?? []);
        WriteInstant(ref writer, envelope.ExpirationTime);
        WriteInstant(ref writer, envelope.SentTime);
        WriteHeaders(ref writer, envelope.Headers);
        WriteHost(ref writer, envelope.Host);
        writer.Write(payload.IsJson);
        writer.Write(payload.Bytes.Span);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static (JsonMessageEnvelope Envelope, MessagePackPayload Payload) Read(byte[] body)
    {
        var reader = new MessagePackReader(body);
        var fields = reader.ReadArrayHeader();
        if (fields < Fields)
        {
            throw new MessagePackSerializationException($"The envelope has {fields} fields and must have {Fields}.");
        }

        var envelope = new JsonMessageEnvelope
        {
            MessageId = ReadId(ref reader),
            RequestId = ReadId(ref reader),
            CorrelationId = ReadId(ref reader),
            ConversationId = ReadId(ref reader),
            InitiatorId = ReadId(ref reader),
            SourceAddress = reader.ReadString(),
            DestinationAddress = reader.ReadString(),
            ResponseAddress = reader.ReadString(),
            FaultAddress = reader.ReadString(),
            MessageType = ReadStrings(ref reader),
            ExpirationTime = ReadInstant(ref reader),
            SentTime = ReadInstant(ref reader),
            Headers = ReadHeaders(ref reader),
            Host = ReadHost(ref reader),
        };
        var isJson = reader.ReadBoolean();
        var bytes = reader.ReadBytes() ?? throw new MessagePackSerializationException("The envelope has no message.");
        return (envelope, new MessagePackPayload(isJson, bytes.ToArray()));
    }

    private static void WriteId(ref MessagePackWriter writer, string? id)
    {
        if (id is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.Write(Guid.Parse(id).ToByteArray());
        }
    }

    private static string? ReadId(ref MessagePackReader reader) => reader.ReadBytes() is { } bytes ? new Guid(bytes.ToArray()).ToString() : null;

    private static void WriteInstant(ref MessagePackWriter writer, DateTime? instant)
    {
        if (instant is { } value)
        {
            writer.Write(value.ToUniversalTime().Ticks);
        }
        else
        {
            writer.WriteNil();
        }
    }

    private static DateTime? ReadInstant(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var ticks = reader.ReadInt64();
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime(ticks, DateTimeKind.Utc)
            : throw new MessagePackSerializationException($"{ticks} is no instant.");
    }

    private static void WriteStrings(ref MessagePackWriter writer, string[] values)
    {
        writer.WriteArrayHeader(values.Length);
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    private static string[] ReadStrings(ref MessagePackReader reader)
    {
        var values = new string[reader.ReadArrayHeader()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadString() ?? "";
        }

        return values;
    }

    private static void WriteHeaders(ref MessagePackWriter writer, Dictionary<string, object?> headers)
    {
        writer.WriteMapHeader(headers.Count);
        foreach (var (key, value) in headers)
        {
            writer.Write(key);
            MessagePackHeaderValue.Write(ref writer, value);
        }
    }

    private static Dictionary<string, object?> ReadHeaders(ref MessagePackReader reader)
    {
        var headers = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            headers[reader.ReadString() ?? ""] = MessagePackHeaderValue.Read(ref reader);
        }

        return headers;
    }

    private static void WriteHost(ref MessagePackWriter writer, HostInfo? host)
    {
        writer.WriteArrayHeader(5);
        writer.Write(host?.MachineName);
        writer.Write(host?.ProcessName);
        writer.Write(host?.ProcessId ?? 0);
        writer.Write(host?.Assembly);
        writer.Write(host?.AssemblyVersion);
    }

    private static BusHostInfo ReadHost(ref MessagePackReader reader)
    {
        var fields = reader.ReadArrayHeader();
        var host = new BusHostInfo
        {
            MachineName = reader.ReadString(),
            ProcessName = reader.ReadString(),
            ProcessId = reader.ReadInt32(),
            Assembly = reader.ReadString(),
            AssemblyVersion = reader.ReadString(),
        };
        for (var left = fields - 5; left > 0; left--)
        {
            reader.Skip();
        }

        return host;
    }
}
