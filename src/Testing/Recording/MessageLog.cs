using System.Collections.Concurrent;
using Bus.Serialization;
using MassTransit;
using MassTransit.Serialization;

namespace Bus.Testing.Recording;

/// <summary>All messages that a test's bus has seen, in order. Thread-safe.</summary>
internal sealed class MessageLog
{
    private readonly ConcurrentQueue<(Func<Type, object?> Message, bool Published)> _sent = new();
    private readonly ConcurrentQueue<object> _consumed = new();
    private readonly ConcurrentQueue<(object Message, Exception Exception)> _faulted = new();

    /// <summary>How many faults were thrown at a caller already.</summary>
    public int TakenFaults { get; private set; }

    public void TakeFaults() => TakenFaults = _faulted.Count;

    public void AddSent<T>(SendContext<T> context, bool published)
        where T : class
    {
        if (context.Message is SerializedMessageBody)
        {
            AddFromOutbox(context);
        }
        else
        {
            var message = (object)context.Message;
            _sent.Enqueue((type => type.IsInstanceOfType(message) ? message : null, published));
        }
    }

    public void AddConsumed(object message) => _consumed.Enqueue(message);

    public void AddFaulted(object message, Exception exception) => _faulted.Enqueue((message, exception));

    public IReadOnlyList<T> Published<T>()
        where T : class => [.. _sent.Where(entry => entry.Published).Select(entry => entry.Message(typeof(T))).OfType<T>()];

    public IReadOnlyList<T> Sent<T>()
        where T : class => [.. _sent.Where(entry => !entry.Published).Select(entry => entry.Message(typeof(T))).OfType<T>()];

    public IReadOnlyList<T> Consumed<T>()
        where T : class => [.. _consumed.OfType<T>()];

    public IReadOnlyList<FaultedMessage<T>> Faulted<T>()
        where T : class => [.. _faulted.Where(entry => entry.Message is T).Select(entry => new FaultedMessage<T>((T)entry.Message, entry.Exception))];

    public Exception? FaultAfter(int count) => _faulted.Skip(count).Select(entry => entry.Exception).FirstOrDefault();

    // What the outbox sends are bytes; which type they are of is asked when somebody looks for one.
    private void AddFromOutbox(SendContext context)
    {
        var (body, types, destination) = (context.Serializer.GetMessageBody((SendContext<SerializedMessageBody>)context), context.SupportedMessageTypes, context.DestinationAddress);
        var published = types is { Length: > 0 } && destination is not null &&
            types.Any(type => destination.AbsolutePath.EndsWith(type.Split(':', 3)[^1], StringComparison.OrdinalIgnoreCase));
        IMessageDeserializer reader = context.Serializer.ContentType.MediaType == MessagePackBusSerializer.MessagePackContentType.MediaType
            ? MessagePackBusSerializer.Instance
            : SystemTextJsonMessageSerializer.Instance;
        _sent.Enqueue((Read, published));

        object? Read(Type type) =>
            types?.Contains(MessageUrn.ForTypeString(type), StringComparer.OrdinalIgnoreCase) == true &&
            reader.Deserialize(body, EmptyHeaders.Instance).TryGetMessage(type, out var message) ? message : null;
    }
}
