using Bus.Core.Loops;
using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Orders.Records;

/// <summary>Removes idempotency keys that have expired. Removing twice is harmless, so every process may do it.</summary>
internal sealed partial class OrderCleanup(IServiceScopeFactory scopes, TimeProvider clock, ILogger<OrderCleanup> logger) : BackgroundLoop(clock, Interval)
{
    private const int Block = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = Time.GetUtcNow();
        var keys = scope.ServiceProvider.GetRequiredService<OrderDb>().Set<OrderKeyRow>();
        var old = await keys.Where(row => row.ExpiresAt <= now).OrderBy(row => row.ExpiresAt).Select(row => row.KeyHash).Take(Block).ToListAsync(cancellationToken);
        if (old.Count > 0)
            await keys.Where(row => old.Contains(row.KeyHash) && row.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        return old.Count == Block;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    [LoggerMessage(1, LogLevel.Warning, "Idempotency keys of orders that have expired could not be removed; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}
