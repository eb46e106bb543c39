using System.Text;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>The one table of what each transport can do. The suite runs by it, and docs/TRANSPORTS.md shows it.</summary>
public static class TransportFeatures
{
    public static readonly TransportColumn Sqlite = new("SQLite file", new Dictionary<TransportFeature, string>());

    public static readonly TransportColumn RabbitMq = new("RabbitMQ", new Dictionary<TransportFeature, string>
    {
        [TransportFeature.RawHeaders] = "an instant cannot be read, an empty text is gone",
        [TransportFeature.PartitionKeys] = "the broker knows none",
        [TransportFeature.DelayedRedelivery] = "only with a plug-in of the broker, which Bus does not ask for",
        [TransportFeature.ScheduledMessages] = "only with a plug-in of the broker, which Bus does not ask for",
        [TransportFeature.CancelledMessages] = "nothing is scheduled",
        [TransportFeature.RefusedSenders] = "it waits until its own token is cancelled",
    });

    public static readonly TransportColumn InMemory = new("in memory", new Dictionary<TransportFeature, string>
    {
        [TransportFeature.QueuesOnDemand] = "what is sent before the first reader is there is lost",
        [TransportFeature.SeveralNodes] = "each bus is a world of its own",
        [TransportFeature.Durability] = "messages go with the process",
        [TransportFeature.Priority] = "first come, first served",
        [TransportFeature.TimeToLive] = "kept for ever",
        [TransportFeature.PartitionKeys] = "not known to it",
        [TransportFeature.CancelledMessages] = "the call does nothing",
        [TransportFeature.LengthLimit] = "as long as memory lasts",
        [TransportFeature.RefusedSenders] = "as long as memory lasts",
        [TransportFeature.PurgeOnStart] = "always empty at the start",
    });

    private static readonly TransportColumn[] Columns = [Sqlite, RabbitMq, InMemory];

    private static readonly (TransportFeature Feature, string Says)[] Rows =
    [
        (TransportFeature.Queues, "queues that consumers share: each message runs in one of them, first come first served"),
        (TransportFeature.Topics, "events to every subscriber's queue, by base types and interfaces too"),
        (TransportFeature.Requests, "request and response, with faults and time-outs"),
        (TransportFeature.Headers, "headers up to 64 KB, ids and addresses, in the envelope and beside raw JSON"),
        (TransportFeature.RawHeaders, "instants and empty texts in headers beside raw JSON"),
        (TransportFeature.Bodies, "bodies from 0 bytes to 10 MB"),
        (TransportFeature.ErrorQueues, "`_error` with the exception and the body as it came, `_skipped` for what nobody handles"),
        (TransportFeature.Limits, "prefetch and concurrency limits that hold exactly; a long message does not hold up short ones"),
        (TransportFeature.OrderlyStop, "a stop that waits for what runs"),
        (TransportFeature.QueuesOnDemand, "queues come into being when they are first sent to, however many"),
        (TransportFeature.SeveralNodes, "several processes on the same queues"),
        (TransportFeature.Durability, "messages outlive the process; a stop hands back what has not begun"),
        (TransportFeature.RoutingKeys, "subscriptions by routing key"),
        (TransportFeature.RoutingPatterns, "subscriptions by pattern, with `*` and `#`"),
        (TransportFeature.Priority, "high priority before low"),
        (TransportFeature.TimeToLive, "time to live: what is too old does not run"),
        (TransportFeature.PartitionKeys, "partition keys: one at a time and in order per key, over all processes and retries"),
        (TransportFeature.DelayedRedelivery, "delayed redelivery that counts and holds no worker"),
        (TransportFeature.ScheduledMessages, "scheduled messages"),
        (TransportFeature.CancelledMessages, "a scheduled message can be cancelled"),
        (TransportFeature.LengthLimit, "a maximum queue length: a sender to a full queue waits for room"),
        (TransportFeature.RefusedSenders, "and is refused with an error when it has waited too long"),
        (TransportFeature.PurgeOnStart, "a queue can be purged at the start"),
    ];

    public static IEnumerable<TransportFeature> Described => Rows.Select(row => row.Feature);

    public static string ToMarkdown()
    {
        var table = new StringBuilder();
        table.Append("| | ").AppendJoin(" | ", Columns.Select(c => c.Name)).Append(" |\n|---|").AppendJoin("", Columns.Select(_ => "---|")).Append('\n');
        foreach (var (feature, says) in Rows)
        {
            table.Append("| ").Append(says).Append(" | ").AppendJoin(" | ", Columns.Select(c => c.Cell(feature))).Append(" |\n");
        }

        return table.ToString();
    }
}
