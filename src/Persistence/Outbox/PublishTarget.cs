using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MassTransit;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Finds the endpoint of a published type. Sending to an event's bare address would not declare the bindings to the types it implements, so that
/// a subscriber of a base type would miss it; the publish endpoint does. Thread-safe.
/// </summary>
internal abstract class PublishTarget
{
    private const string Urn = "urn:message:";

    private static readonly ConcurrentDictionary<string, PublishTarget> ByUrn = new(StringComparer.Ordinal);

    // Each bus has its own addresses, and a bus that has ended must not be kept.
    private readonly ConditionalWeakTable<IBus, Known> _known = [];

    /// <summary>The target of a message type that this process has loaded, or null.</summary>
    public static PublishTarget? Find(string[] messageTypes)
    {
        if (messageTypes.Length == 0)
            return null;
        if (ByUrn.TryGetValue(messageTypes[0], out var known))
            return known;

        // What is not found is not remembered: its assembly may be loaded by the next time.
        return Load(messageTypes[0]) is { } target ? ByUrn.GetOrAdd(messageTypes[0], target) : null;
    }

    public static PublishTarget Of<T>()
        where T : class => Target<T>.Instance;

    public abstract Task<ISendEndpoint> GetEndpointAsync(IBus bus);

    /// <summary>True when the address is the one that the type is published to: MassTransit marks a publish in no other way.</summary>
    public bool IsAt(IBus bus, Uri destination)
    {
        if (!_known.TryGetValue(bus, out var known))
            _known.AddOrUpdate(bus, known = new Known(Address(bus)));
        return destination == known.Address;
    }

    protected abstract Uri? Address(IBus bus);

    // A row of another process may be of a type that was never published here. Only the type is looked up, nothing is made of it.
    private static PublishTarget? Load(string urn)
    {
        if (!urn.StartsWith(Urn, StringComparison.Ordinal))
            return null;
        var name = urn[Urn.Length..].Replace(':', '.');
        return AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(type => type is { ContainsGenericParameters: false, IsValueType: false }) is { } found
            ? (PublishTarget)Activator.CreateInstance(typeof(Target<>).MakeGenericType(found))!
            : null;
    }

    private sealed record Known(Uri? Address);

    private sealed class Target<T> : PublishTarget
        where T : class
    {
        public static readonly Target<T> Instance = Register();

        public override Task<ISendEndpoint> GetEndpointAsync(IBus bus) => bus.GetPublishSendEndpoint<T>();

        protected override Uri? Address(IBus bus) => bus.Topology.TryGetPublishAddress<T>(out var address) ? address : null;

        private static Target<T> Register()
        {
            var target = new Target<T>();
            ByUrn[MessageUrn.ForTypeString<T>()] = target;
            return target;
        }
    }
}
