using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.ContractTests.Sagas;

public sealed record StartCounter(Guid CorrelationId, string Name) : CorrelatedBy<Guid>;

public sealed record EnsureCounter(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed record Increment(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed record IncrementByName(string Name);

public sealed record FinishCounter(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed record CounterIncremented(Guid CorrelationId);

public sealed record LateNotice(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed class Counter : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }

    public int Version { get; set; }

    public string CurrentState { get; set; } = "";

    public string? Name { get; set; }

    public int Starts { get; set; }

    public int Count { get; set; }
}

/// <summary>Lets a test step in while the state machine of one service runs.</summary>
public sealed class CounterHooks
{
    public Func<Counter, Task> OnStart { get; set; } = _ => Task.CompletedTask;

    public Func<Counter, Task> OnIncrement { get; set; } = _ => Task.CompletedTask;

    /// <summary>After the announcement has been published.</summary>
    public Func<Counter, Task> OnPublished { get; set; } = _ => Task.CompletedTask;

    private int _announced;

    /// <summary>How many announcements have arrived, where an <see cref="IncrementObserver"/> listens.</summary>
    public int Announced => Volatile.Read(ref _announced);

    public void Announce() => Interlocked.Increment(ref _announced);
}

public sealed class CounterStateMachine : MassTransitStateMachine<Counter>
{
    public CounterStateMachine(CounterHooks hooks)
    {
        InstanceState(counter => counter.CurrentState);
        Event(() => Ensured, e => e.InsertOnInitial = true);
        Event(() => IncrementedByName, e => e.CorrelateBy(counter => counter.Name!, context => context.Message.Name));
        Event(() => Noticed, e => e.OnMissingInstance(missing => missing.Discard()));

        Initially(
            When(Started).ThenAsync(context => hooks.OnStart(context.Saga))
                .Then(context => Start(context.Saga, context.Message.Name)).TransitionTo(Running),
            When(Ensured).ThenAsync(context => hooks.OnStart(context.Saga)).Then(context => Start(context.Saga, null)).TransitionTo(Running));
        During(Running,
            When(Started).Then(context => context.Saga.Starts++),
            When(Ensured).Then(context => context.Saga.Starts++),
            When(Incremented).ThenAsync(context => hooks.OnIncrement(context.Saga)).Then(context => context.Saga.Count++)
                .Publish(context => new CounterIncremented(context.Saga.CorrelationId)).ThenAsync(context => hooks.OnPublished(context.Saga)),
            When(IncrementedByName).Then(context => context.Saga.Count++),
            When(Finished).Finalize(),
            Ignore(Noticed));
        SetCompletedWhenFinalized();
    }

    public State Running { get; } = null!;

    public Event<StartCounter> Started { get; } = null!;

    public Event<EnsureCounter> Ensured { get; } = null!;

    public Event<Increment> Incremented { get; } = null!;

    public Event<IncrementByName> IncrementedByName { get; } = null!;

    public Event<FinishCounter> Finished { get; } = null!;

    public Event<LateNotice> Noticed { get; } = null!;

    private static void Start(Counter counter, string? name)
    {
        counter.Name = name;
        counter.Starts++;
    }
}

public sealed class CounterMap : SagaClassMap<Counter>
{
    protected override void Configure(EntityTypeBuilder<Counter> entity, ModelBuilder model)
    {
        entity.ToTable("counter sagas");
        entity.Property(counter => counter.Count).HasColumnName("Times");
        entity.HasIndex(counter => counter.Name).IsUnique();
    }
}

/// <summary>The same without a concurrency token, as many an existing service has it.</summary>
public sealed class VersionlessCounterMap : SagaClassMap<Counter>
{
    protected override void Configure(EntityTypeBuilder<Counter> entity, ModelBuilder model) =>
        entity.Property(counter => counter.Version).IsConcurrencyToken(false);
}

public class CounterDbContext(DbContextOptions options) : SagaDbContext(options)
{
    protected override IEnumerable<ISagaClassMap> Configurations => [new CounterMap()];
}

public sealed class VersionlessCounterDbContext(DbContextOptions options) : CounterDbContext(options)
{
    protected override IEnumerable<ISagaClassMap> Configurations => [new VersionlessCounterMap()];
}
