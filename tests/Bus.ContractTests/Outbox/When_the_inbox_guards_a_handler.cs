using Bus.TestSupport;

namespace Bus.ContractTests.Outbox;

public abstract class InboxOn<TConsumer>(Func<Task<TestDatabase>> create, bool stores, bool queueFile = false) : InboxContract
    where TConsumer : class, MassTransit.IConsumer
{
    protected override bool Stores => stores;

    protected override Task<TestDatabase> CreateAsync() => create();

    protected override Task<OutboxService> StartAsync(TestDatabase database, int retries) => OutboxService.StartAsync<TConsumer>(database, retries: retries, queueFile: queueFile);
}

public sealed class When_the_inbox_guards_a_plain_handler_on_sqlite() : InboxOn<PlainConsumer>(TestDatabase.SqliteAsync, stores: false);

public sealed class When_the_inbox_guards_a_plain_handler_on_postgres() : InboxOn<PlainConsumer>(TestDatabase.PostgresAsync, stores: false);

public sealed class When_the_inbox_guards_a_storing_handler_on_sqlite() : InboxOn<StoringConsumer>(TestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_storing_handler_on_postgres() : InboxOn<StoringConsumer>(TestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_sqlite() : InboxOn<SavingConsumer>(TestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_postgres() : InboxOn<SavingConsumer>(TestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_sqlite() : InboxOn<WritingConsumer>(TestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_postgres() : InboxOn<WritingConsumer>(TestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_forgiving_handler_on_sqlite() : InboxOn<ForgivingConsumer>(TestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_forgiving_handler_on_postgres() : InboxOn<ForgivingConsumer>(TestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_plain_handler_of_a_queue_file_on_sqlite() : InboxOn<PlainConsumer>(TestDatabase.SqliteAsync, stores: false, queueFile: true);

public sealed class When_the_inbox_guards_a_storing_handler_of_a_queue_file_on_sqlite() : InboxOn<StoringConsumer>(TestDatabase.SqliteAsync, stores: true, queueFile: true);

public sealed class When_the_inbox_guards_a_saving_handler_of_a_queue_file_on_sqlite() : InboxOn<SavingConsumer>(TestDatabase.SqliteAsync, stores: true, queueFile: true);

public sealed class When_the_inbox_guards_a_writing_handler_of_a_queue_file_on_sqlite() : InboxOn<WritingConsumer>(TestDatabase.SqliteAsync, stores: true, queueFile: true);

public sealed class When_the_inbox_guards_a_plain_handler_on_one_file() : InboxOn<PlainConsumer>(() => TestDatabase.OneFileAsync(), stores: false);

public sealed class When_the_inbox_guards_a_storing_handler_on_one_file() : InboxOn<StoringConsumer>(() => TestDatabase.OneFileAsync(), stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_one_file() : InboxOn<SavingConsumer>(() => TestDatabase.OneFileAsync(), stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_one_file() : InboxOn<WritingConsumer>(() => TestDatabase.OneFileAsync(), stores: true);

public sealed class When_the_inbox_guards_a_forgiving_handler_on_one_file() : InboxOn<ForgivingConsumer>(() => TestDatabase.OneFileAsync(), stores: true);
