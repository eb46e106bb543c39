using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>Hands the saga repository its DbContext.</summary>
public interface ISagaDbContextFactory<out TSaga>
    where TSaga : class, ISaga
{
    /// <summary>A DbContext outside a message.</summary>
    DbContext Create();

    /// <summary>The DbContext for one message.</summary>
    DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class;

    /// <summary>Called once for each DbContext handed out; does nothing if someone else owns it.</summary>
    ValueTask ReleaseAsync(DbContext dbContext);
}
