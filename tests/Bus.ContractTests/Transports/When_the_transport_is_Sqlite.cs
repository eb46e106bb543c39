using Bus.ContractTests.Transports.UnderTest;

namespace Bus.ContractTests.Transports;

public sealed class When_messages_are_sent_on_Sqlite : SendingContract<SqliteUnderTest>;

public sealed class When_events_are_published_on_Sqlite : PublishingContract<SqliteUnderTest>;

public sealed class When_questions_are_asked_on_Sqlite : RequestContract<SqliteUnderTest>;

public sealed class When_headers_travel_on_Sqlite : HeadersContract<SqliteUnderTest>;

public sealed class When_bodies_travel_on_Sqlite : BodiesContract<SqliteUnderTest>;

public sealed class When_messages_fail_on_Sqlite : FailingContract<SqliteUnderTest>;

public sealed class When_messages_are_scheduled_on_Sqlite : SchedulingContract<SqliteUnderTest>;

public sealed class When_order_matters_on_Sqlite : OrderingContract<SqliteUnderTest>;

public sealed class When_limits_are_set_on_Sqlite : LimitsContract<SqliteUnderTest>;

public sealed class When_a_node_stops_on_Sqlite : StoppingContract<SqliteUnderTest>;
