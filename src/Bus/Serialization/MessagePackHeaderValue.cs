using System.Globalization;
using System.Text.Json;
using MassTransit.Serialization;
using MessagePack;

namespace Bus.Serialization;

/// <summary>A header's value: a plain value as itself, anything else as JSON text, which is how MassTransit reads headers back.</summary>
internal static class MessagePackHeaderValue
{
    public static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case string text:
                writer.Write(text);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case int or long or short or byte:
                writer.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double or float:
                writer.Write(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case Guid or Uri:
                writer.Write(value.ToString());
                break;
            case DateTime instant:
                writer.Write(instant.ToString("O", CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset instant:
                writer.Write(instant.ToString("O", CultureInfo.InvariantCulture));
                break;
            default:
                writer.Write(JsonSerializer.Serialize(value, SystemTextJsonMessageSerializer.Options));
                break;
        }
    }

    public static object? Read(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.String:
                return reader.ReadString();
            case MessagePackType.Boolean:
                return reader.ReadBoolean();
            case MessagePackType.Integer:
                return reader.ReadInt64();
            case MessagePackType.Float:
                return reader.ReadDouble();
            default:
                reader.Skip();
                return null;
        }
    }
}
