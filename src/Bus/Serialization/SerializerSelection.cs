using System.Text.Json;
using Bus.Settings;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Serialization;

/// <summary>Sets what is written; both JSON and MessagePack are always read, so that services can change over one by one.</summary>
internal static class SerializerSelection
{
    private static readonly Lock Lock = new();

    public static void Apply(IBusFactoryConfigurator bus, BusSerializer serializer)
    {
        WriteCompactJson();
        var messagePack = new MessagePackSerializerFactory();
        bus.AddSerializer(messagePack, isSerializer: serializer == BusSerializer.MessagePack);
        bus.AddDeserializer(messagePack);
        var json = new JsonEnvelopeDeserializer();
        bus.AddSerializer(json, isSerializer: serializer == BusSerializer.Json);
        bus.AddDeserializer(json, isDefault: true);
    }

    // MassTransit indents its envelopes. The options are one static object for the process and cache what they learn about types, so they are
    // replaced once and not at every bus.
    private static void WriteCompactJson()
    {
        lock (Lock)
        {
            if (SystemTextJsonMessageSerializer.Options.WriteIndented)
            {
                SystemTextJsonMessageSerializer.Options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };
            }
        }
    }
}
