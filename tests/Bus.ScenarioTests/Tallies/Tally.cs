using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.ScenarioTests.Tallies;

public sealed record TallyRaised(Guid TallyId);

public sealed record TallyChecked(Guid TallyId);

/// <summary>A saga that counts.</summary>
public sealed class Tally : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }

    public int Version { get; set; }

    public string CurrentState { get; set; } = "";

    public int Count { get; set; }
}

/// <summary>The first event starts the instance, whichever process has it; each counts.</summary>
public sealed class TallyMachine : MassTransitStateMachine<Tally>
{
    public TallyMachine()
    {
        InstanceState(x => x.CurrentState);
        Event(() => Raised, x => x.CorrelateById(m => m.Message.TallyId));
        Event(() => Checked, x => x.CorrelateById(m => m.Message.TallyId));
        Initially(When(Raised).Then(x => x.Saga.Count++).TransitionTo(Counting));
        During(Counting, When(Raised).Then(x => x.Saga.Count++), Ignore(Checked));
    }

    public State Counting { get; private set; } = null!;

    public Event<TallyRaised> Raised { get; private set; } = null!;

    public Event<TallyChecked> Checked { get; private set; } = null!;
}

/// <summary>The table <c>tally</c>.</summary>
public sealed class TallyMap : SagaClassMap<Tally>
{
    protected override void Configure(EntityTypeBuilder<Tally> entity, ModelBuilder model)
    {
        entity.ToTable("tally");
        entity.Property(x => x.CorrelationId).HasColumnName("tally_id");
        entity.Property(x => x.Version).HasColumnName("version");
        entity.Property(x => x.CurrentState).HasColumnName("current_state").HasMaxLength(40);
        entity.Property(x => x.Count).HasColumnName("count");
    }
}

public sealed class TallyDbContext(DbContextOptions<TallyDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        new TallyMap().Configure(modelBuilder);
    }
}
