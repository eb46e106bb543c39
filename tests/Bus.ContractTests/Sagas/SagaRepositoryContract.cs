using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Sagas;

/// <summary>What the saga repository promises on every database and in both modes of concurrency.</summary>
public abstract class SagaRepositoryContract : CounterContract
{
    protected abstract ConcurrencyMode Mode { get; }

    /// <summary>Whether the saga's table has a version; without one the repository compares the row itself.</summary>
    protected virtual bool Versioned => true;

    [Fact]
    public async Task Should_create_change_and_delete_an_instance()
    {
        var service = await StartAsync();
        await service.PublishAsync(new StartCounter(Id, "one"));
        await Eventually.AssertAsync(async () => await service.FindAsync(Id) is { CurrentState: "Running", Name: "one", Starts: 1 });
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(async () => await service.FindAsync(Id) is { Count: 1 });
        await service.PublishAsync(new FinishCounter(Id));
        await Eventually.AssertAsync(async () => await service.FindAsync(Id) is null);
        Assert.Empty(service.Faults);
    }

    [Fact]
    public async Task Should_find_an_instance_by_query()
    {
        var service = await StartAsync();
        await StartCounterAsync(service, "by name");
        await service.PublishAsync(new IncrementByName("by name"));
        await Eventually.AssertAsync(async () => await service.FindAsync(Id) is { Count: 1 });
        Assert.Empty(service.Faults);
    }

    [Fact]
    public async Task Should_end_exact_when_two_services_handle_200_events_of_one_instance()
    {
        CounterService[] services = [await StartAsync(), await StartAsync()];
        await StartCounterAsync(services[0], "many");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            i % 10 == 0 ? services[i % 2].PublishAsync(new IncrementByName("many")) : services[i % 2].PublishAsync(new Increment(Id))));
        await Eventually.AssertAsync(() => services.Sum(service => service.Consumed + service.Faults.Count) >= 201, TimeSpan.FromMinutes(2));
        Assert.Empty(services.SelectMany(service => service.Faults).Select(fault => fault.ToString()));
        Assert.Equal(200, (await services[0].FindAsync(Id))!.Count);
    }

    [Fact]
    public async Task Should_make_one_instance_of_two_first_messages()
    {
        CounterService[] services = [await StartAsync(), await StartAsync()];
        using var both = new CountdownEvent(2);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var service in services)
        {
            // Both are past the load, which found nothing, before either writes.
            service.Hooks.OnStart = async _ =>
            {
                if (!met.Task.IsCompleted && both.Signal())
                {
                    met.SetResult();
                }

                await met.Task;
            };
        }

        await Task.WhenAll(services.Select((service, i) => service.PublishAsync(new StartCounter(Id, $"first {i}"))));
        await Eventually.AssertAsync(async () => await services[0].FindAsync(Id) is { Starts: 2 });
        Assert.Empty(services.SelectMany(service => service.Faults).Select(fault => fault.ToString()));
    }

    [Fact]
    public async Task Should_make_one_instance_of_many_first_messages_that_insert_at_once()
    {
        CounterService[] services = [await StartAsync(), await StartAsync()];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => services[i % 2].PublishAsync(new EnsureCounter(Id))));
        await Eventually.AssertAsync(async () => await services[0].FindAsync(Id) is { Starts: 20 });
        Assert.Empty(services.SelectMany(service => service.Faults).Select(fault => fault.ToString()));
    }

    [Fact]
    public async Task Should_keep_nothing_of_a_message_whose_state_machine_fails()
    {
        var service = await StartAsync();
        await StartCounterAsync(service, "fails");
        service.Hooks.OnIncrement = counter =>
        {
            counter.Count = 100;
            throw new InvalidOperationException("on purpose");
        };
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Faults.Count == 1);
        Assert.Equal(0, (await service.FindAsync(Id))!.Count);
    }

    [Fact]
    public async Task Should_fault_an_event_without_an_instance_and_name_what_is_missing()
    {
        var service = await StartAsync();
        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Faults.Count == 1);
        var missing = Assert.IsType<SagaInstanceMissingException>(service.Faults.Single());
        Assert.Equal(Id, missing.CorrelationId);
        Assert.Contains("Counter", missing.Message, StringComparison.Ordinal);
        Assert.Contains("Increment", missing.Message, StringComparison.Ordinal);
        Assert.Contains("OnMissingInstance", missing.Message, StringComparison.Ordinal);

        await service.PublishAsync(new IncrementByName("nobody"));
        await Eventually.AssertAsync(() => service.Faults.Count == 2);
        Assert.IsType<SagaInstanceMissingException>(service.Faults.Last());
    }

    [Fact]
    public async Task Should_discard_an_event_without_an_instance_where_the_author_or_the_service_says_so()
    {
        var service = await StartAsync();
        await service.PublishAsync(new LateNotice(Id));
        await Eventually.AssertAsync(() => service.Consumed == 1);

        var lenient = await StartAsync(repository => repository.MissingInstance = MissingInstanceBehavior.Discard);
        await lenient.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => lenient.Consumed == 1);
        Assert.Empty(service.Faults.Concat(lenient.Faults));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_leave_commit_and_rollback_to_the_owner_of_a_transaction_that_is_open(bool commit)
    {
        var service = await StartAsync(
            endpoint: (context, endpoint) => endpoint.UseConsumeFilter(typeof(TransactionFilter<>), context),
            services: services => services.AddSingleton(new TransactionOutcome(commit)));
        await service.PublishAsync(new StartCounter(Id, "joined"));
        await service.Get<TransactionOutcome>().Ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(commit, await service.FindAsync(Id) is not null);
    }

    protected Task<CounterService> StartAsync(
        Action<IEntityFrameworkSagaRepositoryConfigurator<Counter>>? repository = null,
        Action<IRegistrationContext, IReceiveEndpointConfigurator>? endpoint = null, Action<IServiceCollection>? services = null)
    {
        return Versioned ? StartAsync<CounterDbContext>(Configure, endpoint, services) : StartAsync<VersionlessCounterDbContext>(Configure, endpoint, services);

        void Configure(IEntityFrameworkSagaRepositoryConfigurator<Counter> configurator)
        {
            configurator.ConcurrencyMode = Mode;
            repository?.Invoke(configurator);
        }
    }

    protected async Task StartCounterAsync(CounterService service, string name)
    {
        await service.PublishAsync(new StartCounter(Id, name));
        await Eventually.AssertAsync(() => service.Consumed == 1);
    }
}
