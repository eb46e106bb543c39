using Bus.ContractTests.Transports.UnderTest;

namespace Bus.ContractTests.Transports;

public sealed class When_messages_are_sent_in_memory : SendingContract<InMemoryUnderTest>;

public sealed class When_events_are_published_in_memory : PublishingContract<InMemoryUnderTest>;

public sealed class When_questions_are_asked_in_memory : RequestContract<InMemoryUnderTest>;

public sealed class When_headers_travel_in_memory : HeadersContract<InMemoryUnderTest>;

public sealed class When_bodies_travel_in_memory : BodiesContract<InMemoryUnderTest>;

public sealed class When_messages_fail_in_memory : FailingContract<InMemoryUnderTest>;

public sealed class When_messages_are_scheduled_in_memory : SchedulingContract<InMemoryUnderTest>;

public sealed class When_order_matters_in_memory : OrderingContract<InMemoryUnderTest>;

public sealed class When_limits_are_set_in_memory : LimitsContract<InMemoryUnderTest>;

public sealed class When_a_node_stops_in_memory : StoppingContract<InMemoryUnderTest>;
