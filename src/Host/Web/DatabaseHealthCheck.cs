using Bus.Host.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bus.Host.Web;

/// <summary>Whether the database answers within two seconds. Without it nothing can be accepted.</summary>
internal sealed class DatabaseHealthCheck(IServiceScopeFactory scopes, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<HostDbContext>().Database.ExecuteSqlRawAsync("SELECT 1", either.Token);
            return HealthCheckResult.Healthy("The database answers.");
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The text goes to whoever may ask for health: the kind of error, and not where the database is.
            return HealthCheckResult.Unhealthy($"The database does not answer: {error.GetType().Name}.", error);
        }
    }
}
