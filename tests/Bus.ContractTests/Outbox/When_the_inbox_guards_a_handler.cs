namespace Bus.ContractTests.Outbox;

public abstract class InboxOn<TConsumer>(Func<Task<OutboxTestDatabase>> create, bool stores) : InboxContract
    where TConsumer : class, MassTransit.IConsumer
{
    protected override bool Stores => stores;

    protected override Task<OutboxTestDatabase> CreateAsync() => create();

    protected override Task<OutboxService> StartAsync(OutboxTestDatabase database, int retries) => OutboxService.StartAsync<TConsumer>(database, retries: retries);
}

public sealed class When_the_inbox_guards_a_plain_handler_on_sqlite() : InboxOn<PlainConsumer>(OutboxTestDatabase.SqliteAsync, stores: false);

public sealed class When_the_inbox_guards_a_plain_handler_on_postgres() : InboxOn<PlainConsumer>(OutboxTestDatabase.PostgresAsync, stores: false);

public sealed class When_the_inbox_guards_a_storing_handler_on_sqlite() : InboxOn<StoringConsumer>(OutboxTestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_storing_handler_on_postgres() : InboxOn<StoringConsumer>(OutboxTestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_sqlite() : InboxOn<SavingConsumer>(OutboxTestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_postgres() : InboxOn<SavingConsumer>(OutboxTestDatabase.PostgresAsync, stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_sqlite() : InboxOn<WritingConsumer>(OutboxTestDatabase.SqliteAsync, stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_postgres() : InboxOn<WritingConsumer>(OutboxTestDatabase.PostgresAsync, stores: true);
