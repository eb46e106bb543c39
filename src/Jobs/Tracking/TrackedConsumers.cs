using System.Collections.Concurrent;
using MassTransit;
using MassTransit.JobService;
using MassTransit.Transports;

namespace Bus.Jobs.Tracking;

/// <summary>The consumers whose messages are shown as jobs. Named during start-up, learned as endpoints are configured; thread-safe from there.</summary>
internal sealed class TrackedConsumers
{
    private const int LongestQueue = 200;

    private readonly Dictionary<Type, TrackOptions> _named = [];
    private readonly ConcurrentDictionary<Type, bool> _met = [];
    private readonly ConcurrentDictionary<Guid, TrackedConsumer> _byInboxId = [];

    public bool IsEmpty => _named.Count == 0;

    /// <exception cref="JobException">It is tracked already, or cannot be.</exception>
    public void Add(Type consumer, TrackOptions options)
    {
        var messages = MessagesOf(consumer);
        if (messages.Count == 0)
            throw new JobException($"`{consumer.Name}` consumes no messages: let it implement `IConsumer<TMessage>`.");
        if (messages.Find(message => message.IsGenericType && message.GetGenericTypeDefinition() == typeof(Batch<>)) is { } batch)
            throw new JobException($"`{consumer.Name}` takes `{batch.GetGenericArguments()[0].Name}` in batches, which come and fail as one and not message by message: they cannot be tracked. Leave out `Track`, or let an `IJobBatchHandler` do the work.");
        if (options.Name is { } name && (name.Length is 0 or > 300 || name.Contains('\0', StringComparison.Ordinal)))
            throw new JobException($"`Name` of `{consumer.Name}` must have 1 to 300 characters, and no null character.");
        if (!_named.TryAdd(consumer, options))
            throw new JobException($"`{consumer.Name}` is tracked already: call `Track` once for it.");
    }

    public TrackedConsumer? Find(Guid inboxId) => _byInboxId.GetValueOrDefault(inboxId);

    /// <returns>Whether the consumer is one of them.</returns>
    public bool Meet<TConsumer, TMessage>(Uri endpoint)
        where TConsumer : class
        where TMessage : class
    {
        if (!_named.TryGetValue(typeof(TConsumer), out var options))
            return false;
        var queue = endpoint.GetEndpointName() ?? "";
        var type = options.Name ?? typeof(TConsumer).FullName ?? typeof(TConsumer).Name;
        if (MessagesOf(typeof(TConsumer)).Count > 1)
            type = $"{type}/{typeof(TMessage).Name}";
        _met[typeof(TConsumer)] = true;
        _byInboxId[JobMetadataCache<TConsumer, TMessage>.GenerateJobTypeId(queue)] = new TrackedConsumer(Cut(type, 400), Cut(queue, LongestQueue), options.KeepBody);
        return true;
    }

    /// <summary>When all endpoints are configured.</summary>
    /// <exception cref="JobException">One of them would not be tracked.</exception>
    public void RequireAll()
    {
        if (_named.Keys.FirstOrDefault(consumer => !_met.ContainsKey(consumer)) is { } unmet)
        {
            throw new JobException(
                $"`Track<{unmet.Name}>` can show nothing: the consumer is on no endpoint of this process that has the inbox. Add it with `AddConsumer`, leave its endpoint's `Delivery` at `EffectivelyOnce`, or leave out `Track`.");
        }
    }

    private static List<Type> MessagesOf(Type consumer) =>
        [.. consumer.GetInterfaces().Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumer<>)).Select(type => type.GetGenericArguments()[0])];

    private static string Cut(string text, int most) => text.Length > most ? text[..most] : text;
}
