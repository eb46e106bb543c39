namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>What a transport can or cannot do, as a user would ask for it.</summary>
public enum TransportFeature
{
    Queues,
    Topics,
    Requests,
    Headers,
    RawHeaders,
    Bodies,
    ErrorQueues,
    Limits,
    OrderlyStop,
    QueuesOnDemand,
    SeveralNodes,
    Durability,
    RoutingKeys,
    RoutingPatterns,
    Priority,
    TimeToLive,
    PartitionKeys,
    DelayedRedelivery,
    ScheduledMessages,
    CancelledMessages,
    LengthLimit,
    RefusedSenders,
    PurgeOnStart,
}
