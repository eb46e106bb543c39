using Bus.TestSupport;

namespace Bus.ContractTests.Outbox;

public sealed class When_a_handler_puts_its_message_off_in_memory_on_sqlite : RedeliveryContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_handler_puts_its_message_off_in_memory_on_postgres : RedeliveryContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_a_handler_puts_its_message_off_in_a_queue_file_on_sqlite : RedeliveryContract
{
    protected override bool QueueFile => true;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_handler_puts_its_message_off_on_one_file : RedeliveryContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
