using Bus.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Bus.Benchmarks;

/// <summary>The service's database: the outbox, the inbox, and one table of its own.</summary>
public sealed class BenchDb(DbContextOptions<BenchDb> options) : DbContext(options)
{
    /// <summary>What the consumer of <c>-ef</c> saves.</summary>
    public DbSet<BenchRow> Rows => Set<BenchRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.Entity<BenchRow>().Property(row => row.Id).ValueGeneratedNever();
    }
}
