using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>A receive endpoint on a queue in the file.</summary>
public interface ISqliteReceiveEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>True: the queue goes away, with what is in it, when this process stops or dies. False by default.</summary>
    bool Temporary { set; }

    /// <summary>How many messages the queue may hold before senders have to wait. At least 1. Null, the default: as many as the disk.</summary>
    long? MaxLength { set; }

    /// <summary>How long a sender waits for room in a full queue before it gets a <c>QueueFullException</c>. Zero: none. 10 s by default.</summary>
    TimeSpan FullTimeout { set; }

    /// <summary>True: what waits in the queue is thrown away when this endpoint starts; what other processes hold is not. False by default.</summary>
    bool PurgeOnStartup { set; }

    /// <summary>What becomes of the later messages of a partition key while its first one waits to be tried again; <see cref="PartitionFailure.Hold"/> by default.</summary>
    PartitionFailure PartitionFailure { set; }

    /// <summary>The queue gets what is published to the topic.</summary>
    /// <param name="topic">The name of the topic; it is made when it does not exist.</param>
    /// <param name="routingKey">Which routing keys: one, or a pattern of words between dots where <c>*</c> is one word and <c>#</c> any number. Null: every message.</param>
    void Subscribe(string topic, string? routingKey = null);

    /// <summary>The queue gets what is published as <typeparamref name="T"/>. Not needed for what its consumers consume, unless <c>ConfigureConsumeTopology</c> is off.</summary>
    /// <param name="routingKey">As in the other overload.</param>
    void Subscribe<T>(string? routingKey = null)
        where T : class;
}
