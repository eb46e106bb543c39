using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Bus.Persistence.Sagas;

/// <summary>A DbContext that holds nothing but the sagas it was given.</summary>
internal sealed class SagaMapDbContext(DbContextOptions options, IEnumerable<ISagaClassMap> maps) : SagaDbContext(options)
{
    protected override IEnumerable<ISagaClassMap> Configurations => maps;
}

internal sealed class SagaMapRepository(DbContextOptions options) : IEntityFrameworkSagaRepository
{
    private readonly ConcurrentDictionary<Type, ISagaClassMap> _maps = new();

    public void AddSagaClassMap<TSaga>(ISagaClassMap<TSaga> sagaClassMap)
        where TSaga : class, ISaga => _maps.TryAdd(typeof(TSaga), sagaClassMap);

    public DbContext GetDbContext() => new SagaMapDbContext(options, _maps.Values);
}

/// <summary>A map that is one action.</summary>
internal sealed class ActionSagaClassMap<TSaga>(Action<EntityTypeBuilder<TSaga>>? configure) : SagaClassMap<TSaga>
    where TSaga : class, ISaga
{
    protected override void Configure(EntityTypeBuilder<TSaga> entity, ModelBuilder model) => configure?.Invoke(entity);
}
