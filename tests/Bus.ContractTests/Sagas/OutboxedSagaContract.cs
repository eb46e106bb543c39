using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Sagas;

/// <summary>The state of a saga, the message that changed it and what it publishes are one commit, behind the real outbox and inbox.</summary>
public abstract class OutboxedSagaContract : CounterContract
{
    [Fact]
    public async Task Should_apply_and_announce_an_event_that_comes_five_times_once()
    {
        var service = await StartAsync();
        await StartCounterAsync(service);
        var copy = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.PublishAsync(new Increment(Id), copy)));
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Consumed == 7);
        await AssertCountAsync(service, 2);
        Assert.Empty(service.Faults);
    }

    [Fact]
    public async Task Should_keep_and_announce_nothing_of_a_state_machine_that_fails_after_it_has_published()
    {
        var service = await StartAsync();
        await StartCounterAsync(service);
        var runs = 0;
        service.Hooks.OnPublished = counter => ++runs == 1 ? throw new InvalidOperationException("on purpose") : Task.CompletedTask;
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Faults.Count == 1);
        await service.PublishAsync(new Increment(Id));
        await AssertCountAsync(service, 1);
    }

    [Fact]
    public async Task Should_announce_once_what_several_tries_have_published()
    {
        var service = await StartAsync(repository => repository.ConcurrencyMode = ConcurrencyMode.Optimistic);
        await StartCounterAsync(service);
        var runs = 0;
        // From another transaction, so that the try must lose; on a one-writer database while it holds nothing yet.
        service.Hooks.OnIncrement = counter => ++runs <= 2 ? service.ChangeAsync(counter.CorrelationId, row => row.Starts++) : Task.CompletedTask;
        await service.PublishAsync(new Increment(Id));
        await AssertCountAsync(service, 1);
        Assert.Equal(3, runs);
        Assert.Empty(service.Faults);
    }

    [Fact]
    public async Task Should_end_exact_when_two_services_handle_100_events_of_one_instance()
    {
        CounterService[] services = [await StartAsync(), await StartAsync()];
        await StartCounterAsync(services[0]);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => services[i % 2].PublishAsync(new Increment(Id))));
        await Eventually.AssertAsync(() => services.Sum(service => service.Hooks.Announced) + services.Sum(service => service.Faults.Count) >= 100, TimeSpan.FromMinutes(2));
        Assert.Empty(services.SelectMany(service => service.Faults).Select(fault => fault.ToString()));
        await Task.WhenAll(services.Select(service => service.Get<IOutboxAdministration<OutboxedCounterDbContext>>().WaitUntilDrainedAsync(CancellationToken.None)));
        Assert.Equal(100, (await services[0].FindAsync(Id))!.Count);
        Assert.Equal(100, services.Sum(service => service.Hooks.Announced));
    }

    private async Task StartCounterAsync(CounterService service)
    {
        await service.PublishAsync(new StartCounter(Id, "outboxed"));
        await Eventually.AssertAsync(async () => await service.FindAsync(Id) is not null);
    }

    // Announcements may come late: none is on its way once the outbox is empty and a last, sure one has come.
    private async Task AssertCountAsync(CounterService service, int count)
    {
        await Eventually.AssertAsync(() => service.Hooks.Announced >= count);
        service.Hooks.OnIncrement = _ => Task.CompletedTask;
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Hooks.Announced >= count + 1);
        await service.Get<IOutboxAdministration<OutboxedCounterDbContext>>().WaitUntilDrainedAsync(CancellationToken.None);
        Assert.Equal(count + 1, service.Hooks.Announced);
        Assert.Equal(count + 1, (await service.FindAsync(Id))!.Count);
    }

    private Task<CounterService> StartAsync(Action<IEntityFrameworkSagaRepositoryConfigurator<Counter>>? repository = null) => StartAsync<OutboxedCounterDbContext>(
        repository ?? (_ => { }),
        (context, endpoint) => endpoint.UseEntityFrameworkOutbox<OutboxedCounterDbContext>(context),
        bus: bus =>
        {
            bus.AddConsumer<IncrementObserver>();
            bus.AddEntityFrameworkOutbox<OutboxedCounterDbContext>();
        });
}

/// <summary>Counts the announcements that arrive.</summary>
public sealed class IncrementObserver(CounterHooks hooks) : IConsumer<CounterIncremented>
{
    public Task Consume(ConsumeContext<CounterIncremented> context)
    {
        hooks.Announce();
        return Task.CompletedTask;
    }
}

public sealed class OutboxedCounterDbContext(DbContextOptions<OutboxedCounterDbContext> options) : CounterDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddTransactionalOutboxEntities();
    }
}
