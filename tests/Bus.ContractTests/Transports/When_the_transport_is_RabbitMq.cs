using Bus.ContractTests.Transports.UnderTest;

namespace Bus.ContractTests.Transports;

public sealed class When_messages_are_sent_on_RabbitMq : SendingContract<RabbitMqUnderTest>;

public sealed class When_events_are_published_on_RabbitMq : PublishingContract<RabbitMqUnderTest>;

public sealed class When_questions_are_asked_on_RabbitMq : RequestContract<RabbitMqUnderTest>;

public sealed class When_headers_travel_on_RabbitMq : HeadersContract<RabbitMqUnderTest>;

public sealed class When_bodies_travel_on_RabbitMq : BodiesContract<RabbitMqUnderTest>;

public sealed class When_messages_fail_on_RabbitMq : FailingContract<RabbitMqUnderTest>;

public sealed class When_messages_are_scheduled_on_RabbitMq : SchedulingContract<RabbitMqUnderTest>;

public sealed class When_order_matters_on_RabbitMq : OrderingContract<RabbitMqUnderTest>;

public sealed class When_limits_are_set_on_RabbitMq : LimitsContract<RabbitMqUnderTest>;

public sealed class When_a_node_stops_on_RabbitMq : StoppingContract<RabbitMqUnderTest>;
