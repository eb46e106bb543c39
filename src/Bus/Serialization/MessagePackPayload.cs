using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit.Metadata;
using MassTransit.Serialization;
using MessagePack;
using MessagePack.Resolvers;

namespace Bus.Serialization;

/// <summary>
/// The message inside an envelope. A class is MessagePack, its properties by name, so that fields can be added; an interface, as MassTransit's own <c>Fault</c> is, stays
/// JSON, since only MassTransit knows which class stands for it.
/// </summary>
internal readonly record struct MessagePackPayload(bool IsJson, ReadOnlyMemory<byte> Bytes)
{
    // Bytes come from a queue that others may write to: no deep nesting, no colliding hash codes.
    private static readonly MessagePackSerializerOptions Options = MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create(NativeGuidResolver.Instance, ContractlessStandardResolver.Instance))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    public static MessagePackPayload Of<T>(T message)
        where T : class => Of(typeof(T), message);

    public static MessagePackPayload Of(Type type, object message)
    {
        if (type.IsInterface || type == typeof(object))
        {
            return new MessagePackPayload(true, JsonSerializer.SerializeToUtf8Bytes(message, type, SystemTextJsonMessageSerializer.Options));
        }

        try
        {
            return new MessagePackPayload(false, MessagePackSerializer.Serialize(type, message, Options));
        }
        catch (MessagePackSerializationException error)
        {
            throw new SerializationException($"`{type.FullName}` cannot be written as MessagePack. Make it and the types of its properties public, or set `Bus:Serializer` = Json.", error);
        }
    }

    public object? To(Type type)
    {
        try
        {
            return IsJson
                ? JsonSerializer.Deserialize(Bytes.Span, type, SystemTextJsonMessageSerializer.Options)
                : MessagePackSerializer.Deserialize(type.IsInterface ? TypeMetadataCache.GetImplementationType(type) : type, Bytes, Options);
        }
        catch (Exception error) when (error is MessagePackSerializationException or JsonException)
        {
            throw new SerializationException($"The body of the message is no `{type.FullName}`.", error);
        }
    }
}
