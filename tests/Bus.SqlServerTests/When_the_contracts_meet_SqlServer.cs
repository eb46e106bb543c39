using Bus.ContractTests.Orders;
using Bus.ContractTests.Outbox;
using Bus.ContractTests.Sagas;
using Bus.TestSupport;
using MassTransit;

namespace Bus.SqlServerTests;

public sealed class When_messages_leave_through_the_outbox_on_SqlServer : OutboxContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_a_process_leaves_messages_behind_on_SqlServer : TakeOverContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_the_inbox_guards_a_plain_handler_on_SqlServer() : InboxOn<PlainConsumer>(SqlServer.CreateAsync, stores: false);

public sealed class When_the_inbox_guards_a_storing_handler_on_SqlServer() : InboxOn<StoringConsumer>(SqlServer.CreateAsync, stores: true);

public sealed class When_the_inbox_guards_a_saving_handler_on_SqlServer() : InboxOn<SavingConsumer>(SqlServer.CreateAsync, stores: true);

public sealed class When_the_inbox_guards_a_writing_handler_on_SqlServer() : InboxOn<WritingConsumer>(SqlServer.CreateAsync, stores: true);

public sealed class When_sagas_are_stored_in_SqlServer_optimistically : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Optimistic;

    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_sagas_are_stored_in_SqlServer_pessimistically : SagaRepositoryContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Pessimistic;

    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_a_saga_runs_behind_the_outbox_on_SqlServer : OutboxedSagaContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_orders_are_placed_on_SqlServer : CheckoutContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_the_gateway_misbehaves_on_SqlServer : GatewayContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}

public sealed class When_orders_end_on_SqlServer : OutcomeContract
{
    protected override Task<TestDatabase> CreateAsync() => SqlServer.CreateAsync();
}
