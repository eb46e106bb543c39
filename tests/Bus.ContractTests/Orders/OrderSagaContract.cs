using Bus.Contracts.Orders;
using Bus.Persistence;
using Bus.Sagas.Orders;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Orders;

public sealed class OrderSagaDb(DbContextOptions<OrderSagaDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        new OrderStateMap().Configure(modelBuilder);
    }
}

/// <summary>The order saga on real queues and a real database, in one process, and in two as far as it can tell: they share nothing else.</summary>
public abstract class OrderSagaContract : IAsyncLifetime
{
    private const int Orders = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<IHost> _hosts = [];

    /// <summary>How many tries may lose a race for their order's row, of the eight to thirteen messages that each order takes, where two processes handle them.</summary>
    protected abstract int MostLostRaces { get; }

    protected abstract Task<IReadOnlyDictionary<string, string?>> SettingsAsync();

    protected abstract ValueTask CleanAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Should_lead_200_orders_at_once_to_their_ends_without_a_storm_of_retries(int processes)
    {
        await StartAsync(processes);
        using var conflicts = new ConflictCounter(nameof(OrderState));
        var ids = Enumerable.Range(0, Orders).Select(_ => Guid.NewGuid()).ToList();
        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, Orders, async (i, _) => await SubmitAsync(_hosts[i % processes], ids[i], Order(i)));
        await Parallel.ForAsync(0, Orders, async (i, _) => await PublishAsync(_hosts[i % processes], new OrderCharged(ids[i], Order(i))));

        await Eventually.AssertAsync(
            async () => await CountAsync(x => x.CurrentState == nameof(OrderSaga.Completed) || x.CurrentState == nameof(OrderSaga.Undone)) == Orders,
            Patience);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;

        Assert.Equal(Orders / 5, await CountAsync(x => x.CurrentState == nameof(OrderSaga.Undone)));
        Assert.Equal(Orders / 10, await CountAsync(x => x.Reason == "Not to this address."));
        Assert.Equal(Orders / 10, await CountAsync(x => x.Error != null && x.Error.EndsWith("The warehouse is full.")));
        Assert.Equal(0, await CountAsync(x => x.ChargeTimer != null || x.FulfilmentTimer != null));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Orders} orders in {seconds:0.0} s by {processes} processes, {conflicts.Count} lost races");
        Assert.InRange(conflicts.Count, 0, processes == 1 ? 0 : MostLostRaces);
    }

    [Fact]
    public async Task Should_settle_by_its_timer_what_nobody_has_heard_of()
    {
        await StartAsync(processes: 2);
        var id = Guid.NewGuid();
        await PublishAsync(_hosts[0], new OrderSubmitted(id, Order(1)));

        // Its settling is answered as any other branch here: with the charge.
        await Eventually.AssertAsync(async () => await CountAsync(x => x.CorrelationId == id && x.CurrentState == nameof(OrderSaga.Completed)) == 1, TimeSpan.FromSeconds(60));
    }

    private static async Task SubmitAsync(IHost host, Guid id, OrderDetails order)
    {
        // As the desk does: through the outbox.
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(new OrderSubmitted(id, order));
        await scope.ServiceProvider.GetRequiredService<OrderSagaDb>().SaveChangesAsync();
    }

    private static Task PublishAsync<T>(IHost host, T message)
        where T : class => host.Services.GetRequiredService<IBus>().Publish(message);

    private async Task<int> CountAsync(System.Linq.Expressions.Expression<Func<OrderState, bool>> which)
    {
        await using var scope = _hosts[0].Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OrderSagaDb>().Set<OrderState>().CountAsync(which);
    }

    internal static OrderDetails Order(int number) => new(
        $"A-{number}", new OrderCustomer("ada", "Ada", "ada@example.org", null), new OrderAddress("Ada", $"Square {number}", "1", "London", "GB"), [new OrderLine("tea", "Tea", 2, 450)], "GBP", 900);

    private async Task StartAsync(int processes)
    {
        var settings = await SettingsAsync();
        for (var i = 0; i < processes; i++)
        {
            _hosts.Add(await StartAsync(settings, isFirst: i == 0));
        }
    }

    private static async Task<IHost> StartAsync(IReadOnlyDictionary<string, string?> settings, bool isFirst)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (var (name, value) in settings)
        {
            builder.Configuration[name] = value;
        }

        builder.Services.Configure<OrderPlan>(plan => plan.SettleAfter = TimeSpan.FromSeconds(10));
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OrderSagaDb>();
            bus.Registration.AddOrderSaga<OrderSagaDb>();
            OrderBranches.Add(bus);
        });
        var host = builder.Build();
        if (isFirst)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<OrderSagaDb>().Database.EnsureCreatedAsync();
        }

        await host.StartAsync();
        return host;
    }
}
