using Bus.Core.SharedFile;
using Bus.Persistence.Jobs;
using Bus.Persistence.Timers;

namespace Bus.Persistence.Outbox;

/// <summary>A captured message on its way: from the handler through the table into the broker.</summary>
internal sealed class OutboxRecord
{
    public required Guid MessageId { get; init; }

    public required Uri Destination { get; init; }

    public required MessageMetadata Metadata { get; init; }

    /// <summary>The metadata as it stands in the table.</summary>
    public required string MetadataJson { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>Null when the message was sent to an address; else finds the endpoint that declares the event's topology.</summary>
    public PublishTarget? Published { get; init; }

    /// <summary>Null when no order was asked for.</summary>
    public string? OrderKey { get; set; }

    /// <summary>The timer that it sets, to be sent when that is due, or takes away, and nothing is sent. Null when it has to do with none.</summary>
    public TimerOrder? Timer { get; init; }

    /// <summary>The job that the commit adds, and nothing is sent. Null when it is a message.</summary>
    public NewJob? Job { get; init; }

    /// <summary>The batch of jobs that the commit adds, and nothing is sent. Null when it is something else.</summary>
    public NewBatch? Batch { get; init; }

    /// <summary>What the commit writes down about a message that is tracked, and nothing is sent. Null when it is something else.</summary>
    public TrackedChange? Tracked { get; init; }

    /// <summary>Whether the relay sends it right after its commit.</summary>
    public bool IsRelayed => OrderKey is null && Timer is null && Job is null && Batch is null && Tracked is null;

    /// <summary>Null when the record goes by the table; else what the commit writes into the queues instead.</summary>
    public GuestMessages? Guest { get; set; }

    /// <summary>Set when the record is given to the writer; an ordered record has none.</summary>
    public Guid Owner { get; set; }

    public long Sequence { get; set; }

    /// <summary>Failed sends while the broker was healthy: the row itself may be poison.</summary>
    public int Failures { get; set; }

    /// <summary>How many messages the relay had sent when this one failed last; null before its first failure.</summary>
    public long? SentAtFailure { get; set; }

    /// <summary>The message may have been sent before: receivers look into their inbox first.</summary>
    public bool Resent { get; set; }

    /// <summary>Position of an ordered record.</summary>
    public long Position { get; init; }

    /// <summary>Those that go by the table and the relay.</summary>
    public static IReadOnlyList<OutboxRecord> Rows(IReadOnlyList<OutboxRecord> records) =>
        records.Any(record => record.Guest is not null) ? [.. records.Where(record => record.Guest is null)] : records;

    /// <summary>What the others write.</summary>
    public static IReadOnlyList<GuestMessages> Guests(IReadOnlyList<OutboxRecord> records) =>
        records.Any(record => record.Guest is not null) ? [.. records.Select(record => record.Guest).OfType<GuestMessages>()] : [];
}
