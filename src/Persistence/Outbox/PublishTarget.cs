using System.Collections.Concurrent;
using MassTransit;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Finds the endpoint of a published type. Sending to an event's bare address would not declare the bindings to the types it implements, so that
/// a subscriber of a base type would miss it; the publish endpoint does.
/// </summary>
internal abstract class PublishTarget
{
    private static readonly ConcurrentDictionary<string, PublishTarget> ByUrn = new(StringComparer.Ordinal);

    /// <summary>The target of a message type that this process knows, or null.</summary>
    public static PublishTarget? Find(string[] messageTypes) =>
        messageTypes.Length > 0 && ByUrn.TryGetValue(messageTypes[0], out var target) ? target : null;

    /// <summary>Makes <typeparamref name="T"/> known, so that rows of it written by another process can be published here.</summary>
    public static PublishTarget Of<T>()
        where T : class => Target<T>.Instance;

    public abstract Task<ISendEndpoint> GetEndpointAsync(IBus bus);

    private sealed class Target<T> : PublishTarget
        where T : class
    {
        public static readonly Target<T> Instance = Register();

        public override Task<ISendEndpoint> GetEndpointAsync(IBus bus) => bus.GetPublishSendEndpoint<T>();

        private static Target<T> Register()
        {
            var target = new Target<T>();
            ByUrn[MessageUrn.ForTypeString<T>()] = target;
            return target;
        }
    }
}
