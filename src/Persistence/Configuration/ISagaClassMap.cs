using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>Maps one saga class to its table.</summary>
public interface ISagaClassMap
{
    /// <summary>The class that is mapped.</summary>
    Type SagaType { get; }

    /// <summary>Adds the mapping to <paramref name="model"/>.</summary>
    void Configure(ModelBuilder model);
}

/// <summary>Maps <typeparamref name="TSaga"/> to its table.</summary>
public interface ISagaClassMap<TSaga> : ISagaClassMap
    where TSaga : class, ISaga;
