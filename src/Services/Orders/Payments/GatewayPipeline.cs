using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Bus.Services.Orders.Payments;

/// <summary>
/// How the gateway is asked, from the outside in: all tries together have <see cref="OrderOptions.ChargeWithin"/>; a try that was not answered is made again, after a wait that doubles and is spread by chance, or when the
/// gateway says; while most tries fail nobody asks; one try has <see cref="GatewayOptions.TryWithin"/>. To try again is safe: every try has the same key.
/// </summary>
internal static class GatewayPipeline
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    public static ResiliencePipeline Build(OrderOptions options, TimeProvider clock) => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddTimeout(options.ChargeWithin)
        .AddRetry(new RetryStrategyOptions
        {
            // The time is the limit.
            MaxRetryAttempts = int.MaxValue,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            // To wait for longer than is left would be to answer late for nothing.
            ShouldHandle = tried => ValueTask.FromResult(IsWorthAnother(tried.Outcome.Exception) && !(After(tried.Outcome.Exception) > options.ChargeWithin)),
            DelayGenerator = tried => ValueTask.FromResult(After(tried.Outcome.Exception)),
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = TimeSpan.FromSeconds(5),
            ShouldHandle = tried => ValueTask.FromResult(IsItsFault(tried.Outcome.Exception)),
        })
        .AddTimeout(options.Gateway.TryWithin)
        .Build();

    private static bool IsWorthAnother(Exception? error) => IsItsFault(error) || error is GatewayFailedException { Failure: GatewayFailure.Later };

    private static bool IsItsFault(Exception? error) => error is HttpRequestException or TimeoutRejectedException or GatewayFailedException { Failure: GatewayFailure.Broken };

    private static TimeSpan? After(Exception? error) => (error as GatewayFailedException)?.RetryAfter;
}
