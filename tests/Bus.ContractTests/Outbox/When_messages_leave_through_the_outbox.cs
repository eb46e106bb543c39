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

public sealed class When_a_process_leaves_messages_behind_on_sqlite : TakeOverContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_process_leaves_messages_behind_on_postgres : TakeOverContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_messages_leave_through_the_outbox_for_a_queue_file_on_sqlite : OutboxContract
{
    protected override bool QueueFile => true;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_process_leaves_messages_for_a_queue_file_behind_on_sqlite : TakeOverContract
{
    protected override bool QueueFile => true;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_messages_leave_by_the_commit_on_one_file : OutboxContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}

public sealed class When_messages_leave_by_the_commit_on_one_file_without_a_pool : OutboxContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync(pooling: false);
}
