using Bus.TestSupport;

namespace Bus.ContractTests.Outbox;

public sealed class When_messages_leave_through_the_outbox_on_sqlite : OutboxContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_messages_leave_through_the_outbox_on_postgres : OutboxContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}
