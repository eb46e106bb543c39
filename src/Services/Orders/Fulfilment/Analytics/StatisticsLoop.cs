using Bus.Core.Loops;
using Bus.Services.Orders.Journal;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Orders.Fulfilment.Analytics;

/// <summary>Adds up what is sold, so that statistics stay quick to read. Every process may: of two at the same sales one takes nothing.</summary>
internal sealed partial class StatisticsLoop(Aside aside, TimeProvider clock, ILogger<StatisticsLoop> logger) : BackgroundLoop(clock, Interval)
{
    private const int Block = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken) =>
        await aside.RunAsync<OrderStatistics, int>(statistics => statistics.AddUpAsync(Block, cancellationToken)) == Block;

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    [LoggerMessage(1, LogLevel.Warning, "What was sold could not be added up; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}
