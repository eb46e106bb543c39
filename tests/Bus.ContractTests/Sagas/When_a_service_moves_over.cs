using System.Data;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Sagas;

/// <summary>
/// A service as people write it for MassTransit's own EF Core package. Only the <c>using</c>s are ours: that this file compiles is half of the test.
/// </summary>
[Collection(nameof(CounterContract))]
public sealed class When_a_service_moves_over : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.PostgresAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public Task Should_run_with_a_context_added_by_the_repository() => RunAsync(x =>
        x.AddSagaStateMachine<OrderStateMachine, OrderState>()
            .EntityFrameworkRepository(r =>
            {
                r.ConcurrencyMode = ConcurrencyMode.Pessimistic;
                r.AddDbContext<DbContext, OrderStateDbContext>((provider, builder) => _database.Configure(builder));
                r.UsePostgres();
            }));

    [Fact]
    public Task Should_run_with_an_existing_context_and_a_custom_query() => RunAsync(x =>
    {
        x.AddDbContext<OrderStateDbContext>(builder => _database.Configure(builder));
        x.AddSagaStateMachine<OrderStateMachine, OrderState>()
            .EntityFrameworkRepository(r =>
            {
                r.ConcurrencyMode = ConcurrencyMode.Optimistic;
                r.IsolationLevel = IsolationLevel.ReadCommitted;
                r.ExistingDbContext<OrderStateDbContext>();
                r.CustomizeQuery(query => query.Include(order => order.Lines));
                r.UsePostgres("public");
            });
    });

    [Fact]
    public Task Should_run_with_one_repository_for_all_sagas() => RunAsync(x =>
    {
        x.SetEntityFrameworkSagaRepositoryProvider(r =>
        {
            r.LockStatementProvider = new PostgresLockStatementProvider("public");
            r.AddDbContext<DbContext, OrderStateDbContext>((provider, builder) => _database.Configure(builder));
        });
        x.AddSagaStateMachine<OrderStateMachine, OrderState>();
    });

    [Fact]
    public Task Should_run_with_a_database_factory_without_a_transaction() => RunAsync(x =>
        x.AddSagaStateMachine<OrderStateMachine, OrderState>().EntityFrameworkRepository(r =>
        {
            r.SetOptimisticConcurrency(useTransaction: false);
            r.DatabaseFactory(() => new OrderStateDbContext(Options()));
        }));

    [Fact]
    public async Task Should_run_without_a_container()
    {
        await CreateAsync();
        ISagaRepository<OrderState>[] repositories =
        [
            EntityFrameworkSagaRepository<OrderState>.CreatePessimistic(() => new OrderStateDbContext(Options()), new PostgresLockStatementProvider()),
            EntityFrameworkSagaRepository<OrderState>.CreateOptimistic(() => new OrderStateDbContext(Options()), query => query.Include(order => order.Lines)),
        ];
        foreach (var repository in repositories)
        {
            var machine = new OrderStateMachine();
            var bus = MassTransit.Bus.Factory.CreateUsingInMemory(configurator =>
                configurator.ReceiveEndpoint("orders", endpoint => endpoint.StateMachineSaga(machine, repository)));
            await bus.StartAsync();
            await OrderAsync(bus);
            await bus.StopAsync();
        }
    }

    private async Task RunAsync(Action<IBusRegistrationConfigurator> register)
    {
        await CreateAsync();
        await using var services = new ServiceCollection()
            .AddMassTransit(x =>
            {
                x.DisableUsageTelemetry();
                register(x);
                x.UsingInMemory((context, cfg) => cfg.ConfigureEndpoints(context));
            })
            .BuildServiceProvider(validateScopes: true);
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync();
        await OrderAsync(bus);
        await bus.StopAsync();
    }

    private async Task OrderAsync(IBus bus)
    {
        var id = NewId.NextGuid();
        await bus.Publish(new OrderSubmitted { OrderId = id, OrderNumber = $"N-{id}" });
        await Eventually.AssertAsync(async () => await FindAsync(id) is { CurrentState: "Submitted", Lines.Count: 1 });
        await bus.Publish(new OrderAccepted { OrderNumber = $"N-{id}" });
        await Eventually.AssertAsync(async () => await FindAsync(id) is { CurrentState: "Accepted", Lines.Count: 1 });
    }

    private async Task<OrderState?> FindAsync(Guid id)
    {
        await using var db = new OrderStateDbContext(Options());
        return await db.Set<OrderState>().Include(order => order.Lines).SingleOrDefaultAsync(order => order.CorrelationId == id);
    }

    private async Task CreateAsync()
    {
        await using var db = new OrderStateDbContext(Options());
        await db.Database.EnsureCreatedAsync();
    }

    private DbContextOptions<OrderStateDbContext> Options()
    {
        var builder = new DbContextOptionsBuilder<OrderStateDbContext>();
        _database.Configure(builder);
        return builder.Options;
    }
}

public class OrderSubmitted
{
    public Guid OrderId { get; set; }

    public string OrderNumber { get; set; } = "";
}

public class OrderAccepted
{
    public string OrderNumber { get; set; } = "";
}

public class OrderState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string OrderNumber { get; set; } = "";

    public DateTime? OrderDate { get; set; }

    public IList<OrderLine> Lines { get; } = [];

    // If using Optimistic concurrency, this property is required
    public uint RowVersion { get; set; }
}

public class OrderLine
{
    public Guid Id { get; set; }

    public string Article { get; set; } = "";
}

public class OrderStateMachine : MassTransitStateMachine<OrderState>
{
    public OrderStateMachine()
    {
        InstanceState(x => x.CurrentState);
        Event(() => OrderSubmitted, x => x.CorrelateById(context => context.Message.OrderId));
        Event(() => OrderAccepted, x => x.CorrelateBy((order, context) => order.OrderNumber == context.Message.OrderNumber));
        Initially(When(OrderSubmitted)
            .Then(context =>
            {
                context.Saga.OrderNumber = context.Message.OrderNumber;
                context.Saga.Lines.Add(new OrderLine { Article = "first" });
            })
            .TransitionTo(Submitted));
        During(Submitted, When(OrderAccepted).TransitionTo(Accepted));
    }

    public State Submitted { get; } = null!;

    public State Accepted { get; } = null!;

    public Event<OrderSubmitted> OrderSubmitted { get; } = null!;

    public Event<OrderAccepted> OrderAccepted { get; } = null!;
}

public class OrderStateMap : SagaClassMap<OrderState>
{
    protected override void Configure(EntityTypeBuilder<OrderState> entity, ModelBuilder model)
    {
        entity.Property(x => x.CurrentState).HasMaxLength(64);
        entity.Property(x => x.OrderDate);
        entity.HasMany(x => x.Lines).WithOne().OnDelete(DeleteBehavior.Cascade);

        // If using Optimistic concurrency, otherwise remove this property
        entity.Property(x => x.RowVersion).HasColumnName("xmin").HasColumnType("xid").IsRowVersion();
    }
}

public class OrderStateDbContext : SagaDbContext
{
    public OrderStateDbContext(DbContextOptions<OrderStateDbContext> options)
        : base(options)
    {
    }

    protected override IEnumerable<ISagaClassMap> Configurations
    {
        get { yield return new OrderStateMap(); }
    }
}
