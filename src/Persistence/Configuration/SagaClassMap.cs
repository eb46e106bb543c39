using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence;

/// <summary>
/// Maps <typeparamref name="TSaga"/> with its correlation id as key. A saga that implements <see cref="ISagaVersion"/> gets its
/// <c>Version</c> as concurrency token, which the repository counts up at every change, on any database.
/// </summary>
public abstract class SagaClassMap<TSaga> : ISagaClassMap<TSaga>
    where TSaga : class, ISaga
{
    /// <inheritdoc />
    public Type SagaType => typeof(TSaga);

    /// <inheritdoc />
    public virtual void Configure(ModelBuilder model)
    {
        var entity = model.Entity<TSaga>();
        ConfigureCorrelationIdKey(entity.HasKey(saga => saga.CorrelationId));
        entity.Property(saga => saga.CorrelationId).ValueGeneratedNever();
        if (typeof(ISagaVersion).IsAssignableFrom(typeof(TSaga)) && typeof(TSaga).GetProperty(nameof(ISagaVersion.Version)) is { } version)
        {
            entity.Property(version.PropertyType, version.Name).IsConcurrencyToken();
        }

        Configure(entity, model);
    }

    /// <summary>Override to map the saga's other properties.</summary>
    protected virtual void Configure(EntityTypeBuilder<TSaga> entity, ModelBuilder model)
    {
    }

    /// <summary>Override to shape the primary key, for instance not to cluster by it.</summary>
    protected virtual KeyBuilder ConfigureCorrelationIdKey(KeyBuilder keyBuilder) => keyBuilder;
}
