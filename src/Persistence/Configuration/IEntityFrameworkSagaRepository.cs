using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>A DbContext that is put together from the class maps of the sagas that use it.</summary>
public interface IEntityFrameworkSagaRepository
{
    /// <summary>Adds a saga's map; the first one for a saga stays. Call it before the first <see cref="GetDbContext"/>.</summary>
    void AddSagaClassMap<TSaga>(ISagaClassMap<TSaga> sagaClassMap)
        where TSaga : class, ISaga;

    /// <summary>A new DbContext; the caller disposes it.</summary>
    DbContext GetDbContext();
}
