using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>A DbContext of sagas, each mapped by its class map.</summary>
public abstract class SagaDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>The maps of the sagas in this context.</summary>
    protected abstract IEnumerable<ISagaClassMap> Configurations { get; }

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var configuration in Configurations)
        {
            configuration.Configure(modelBuilder);
        }
    }
}
