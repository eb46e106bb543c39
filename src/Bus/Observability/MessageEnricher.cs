using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace Bus.Observability;

/// <summary>Takes the ids of the message that is being handled from the current span, so that handlers need no log scope of their own.</summary>
internal sealed class MessageEnricher : ILogEventEnricher
{
    private static readonly (string Property, string Tag)[] Ids =
    [
        ("MessageId", "messaging.masstransit.message_id"),
        ("CorrelationId", "messaging.masstransit.correlation_id"),
        ("ConversationId", "messaging.message.conversation_id"),
    ];

    /// <inheritdoc/>
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var (property, tag) in Ids)
        {
            if (Find(tag) is { } value)
            {
                logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(property, value));
            }
        }
    }

    // A handler's own spans lie inside of MassTransit's.
    private static object? Find(string tag)
    {
        for (var activity = Activity.Current; activity is not null; activity = activity.Parent)
        {
            if (activity.GetTagItem(tag) is { } value)
            {
                return value;
            }
        }

        return null;
    }
}
