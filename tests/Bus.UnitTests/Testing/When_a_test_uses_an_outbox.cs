using Bus.Persistence;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Testing;

public sealed class When_a_test_uses_an_outbox
{
    public static TheoryData<string> Serializers => ["Json", "MessagePack"];

    [Theory]
    [MemberData(nameof(Serializers))]
    public async Task Should_settle_when_the_outbox_and_all_that_came_of_it_are_done(string serializer)
    {
        await using var bus = await StartAsync(serializer);

        await InScopeAsync(bus, async (db, publisher) =>
        {
            await publisher.Publish(new Placed(20));
            await db.SaveChangesAsync();
        });
        await bus.SettleAsync();

        Assert.Equal(Enumerable.Range(0, 21).Reverse(), bus.Published<Placed>().Select(placed => placed.Left));
        Assert.Equal(21, bus.Consumed<Placed>().Count);
        Assert.Equal(21, bus.Published<IPlaced>().Count);
        Assert.Empty(bus.Sent<Placed>());
        await InScopeAsync(bus, async (db, _) => Assert.Equal(21, await db.Rows.CountAsync()));
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public async Task Should_see_commands_as_sent(string serializer)
    {
        await using var bus = await StartAsync(serializer);

        await bus.InScopeAsync(async services =>
        {
            var endpoint = await services.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(new Uri("queue:placed"));
            await endpoint.Send(new Placed(0));
            await services.GetRequiredService<ShopDb>().SaveChangesAsync();
        });
        await bus.SettleAsync();

        Assert.Equal(0, Assert.Single(bus.Sent<Placed>()).Left);
        Assert.Empty(bus.Published<Placed>());
        Assert.Single(bus.Consumed<Placed>());
    }

    [Fact]
    public async Task Should_see_nothing_that_was_not_committed()
    {
        await using var bus = await StartAsync();

        await InScopeAsync(bus, (_, publisher) => publisher.Publish(new Placed(0)));
        await bus.SettleAsync();

        Assert.Empty(bus.Published<Placed>());
        Assert.Empty(bus.Consumed<Placed>());
    }

    [Fact]
    public async Task Should_tell_what_failed_and_keep_none_of_its_work()
    {
        await using var bus = await StartAsync();

        await bus.Publish(new Placed(-1));
        await bus.SettleAsync();

        Assert.Equal("less than nothing", Assert.Single(bus.Faulted<Placed>()).Exception.Message);
        Assert.Empty(bus.Consumed<Placed>());
        await InScopeAsync(bus, async (db, _) => Assert.Equal(0, await db.Rows.CountAsync()));
    }

    [Fact]
    public async Task Should_show_stored_sagas_in_their_state()
    {
        await using var bus = await StartAsync();
        var id = Guid.NewGuid();

        await InScopeAsync(bus, async (db, publisher) =>
        {
            await publisher.Publish(new Opened(id));
            await db.SaveChangesAsync();
        });
        await bus.SettleAsync();

        await bus.SagaInState<Account>(id, "Open");
        await InScopeAsync(bus, async (db, _) => Assert.Equal("Open", (await db.Accounts.SingleAsync()).CurrentState));
        Assert.Equal(3, Assert.Single(bus.Published<Placed>(), placed => placed.Left == 3).Left);
        Assert.Equal(4, bus.Consumed<Placed>().Count);
    }

    [Fact]
    public async Task Should_run_what_was_committed_when_eager_and_throw_what_a_handler_threw()
    {
        await using var bus = await TestBus.StartEagerAsync(Configure);

        await bus.Publish(new Placed(2));
        Assert.Equal(3, bus.Consumed<Placed>().Count);

        var error = await Assert.ThrowsAsync<EagerFaultException>(() => bus.Publish(new Placed(-1)));
        Assert.Equal("less than nothing", error.InnerException?.Message);
        Assert.Single(bus.Faulted<Placed>());
    }

    private static Task<TestBus> StartAsync(string serializer = "Json") =>
        TestBus.StartAsync(Configure, new Dictionary<string, string?> { ["Bus:Serializer"] = serializer });

    private static void Configure(BusBuilder bus)
    {
        bus.UseDatabase<ShopDb>();
        bus.Registration.AddConsumer<PlacedConsumer>();
        bus.Registration.AddSagaStateMachine<AccountMachine, Account>();
    }

    private static Task InScopeAsync(TestBus bus, Func<ShopDb, IPublishEndpoint, Task> work) => bus.InScopeAsync(services =>
        work(services.GetRequiredService<ShopDb>(), services.GetRequiredService<IPublishEndpoint>()));

    public interface IPlaced
    {
        int Left { get; }
    }

    public sealed record Placed(int Left) : IPlaced;

    public sealed record Opened(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed class Row
    {
        public int Id { get; set; }
    }

    public sealed class Account : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string? CurrentState { get; set; }
    }

    public sealed class ShopDb(DbContextOptions<ShopDb> options) : DbContext(options)
    {
        public DbSet<Row> Rows => Set<Row>();

        public DbSet<Account> Accounts => Set<Account>();

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddTransactionalOutboxEntities();
            modelBuilder.Entity<Account>().HasKey(account => account.CorrelationId);
        }
    }

    private sealed class PlacedConsumer(ShopDb db) : IConsumer<Placed>
    {
        public async Task Consume(ConsumeContext<Placed> context)
        {
            db.Rows.Add(new Row());
            await db.SaveChangesAsync(context.CancellationToken);
            if (context.Message.Left < 0)
            {
                throw new InvalidOperationException("less than nothing");
            }

            if (context.Message.Left > 0)
            {
                await context.Publish(new Placed(context.Message.Left - 1));
            }
        }
    }

    private sealed class AccountMachine : MassTransitStateMachine<Account>
    {
        public AccountMachine()
        {
            InstanceState(account => account.CurrentState);
            Initially(When(Opened).Publish(_ => new Placed(3)).TransitionTo(Open));
        }

        public State Open { get; private set; } = null!;

        public Event<Opened> Opened { get; private set; } = null!;
    }
}
