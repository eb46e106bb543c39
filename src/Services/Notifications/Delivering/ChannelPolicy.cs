using System.Net;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Polly;
using Polly.CircuitBreaker;

namespace Bus.Services.Notifications.Delivering;

/// <summary>How the errors of a channel are judged: by its jobs, and by whoever writes down that a delivery has failed.</summary>
internal static class ChannelPolicy
{
    // Fewer tell nothing about the channel.
    private const int FewestToJudge = 4;

    private static readonly ErrorClassifier Errors = ErrorClassifier.Default
        .With<ChannelDownException>(ErrorClass.Outage)
        .With<DeliveryRefusedException>(ErrorClass.Permanent)
        // The provider has the same message in work still: what became of it is heard when that is done.
        .With<HttpRequestException>(error => error.StatusCode == HttpStatusCode.Conflict ? ErrorClass.Transient : ErrorClassifier.Default.Classify(error))
        .With<WebhookRefusedException>(ErrorClass.Permanent);

    /// <summary>What a type of jobs is told about its channel.</summary>
    /// <param name="type">The type of jobs.</param>
    /// <param name="queue">The channel's queue.</param>
    /// <param name="channel">Its settings.</param>
    /// <param name="rests">Whether the channel is one other side, which is left alone when it is down; else each recipient has its own.</param>
    public static void Apply(JobTypeOptions type, string queue, ChannelOptions channel, bool rests)
    {
        type.Queue = queue;
        type.Concurrency = channel.Concurrency;
        type.Rate = channel.PerSecond > 0 ? new JobRate(channel.PerSecond, TimeSpan.FromSeconds(1)) : null;
        type.Retry = channel.Retry;
        type.Errors = Errors;
        // What became of it stands in the delivery.
        type.KeepFor = TimeSpan.FromDays(1);
        if (rests)
            type.Resilience = Circuit(channel.Rest);
    }

    /// <summary>Whether a failed attempt is the last: the same decision, of the same facts, that makes the job dead.</summary>
    public static bool IsLast(Exception exception, int attempt, ChannelOptions channel) =>
        exception is not BrokenCircuitException && !AsksToComeLater(exception) && new RecoverabilityPolicy(Errors, channel.Retry, TimeSpan.MaxValue, TimeSpan.FromDays(1)).Decide(
            new FailureFacts(exception, attempt, TimeSpan.Zero, TimeSpan.Zero, BudgetLeft: true), new Random(attempt)) is RecoverabilityDecision.GiveUp;

    // No such attempt counts, and so none is the last.
    private static bool AsksToComeLater(Exception? exception) => exception switch
    {
        null => false,
        IRetryAfter { RetryAfter: not null } => true,
        _ => AsksToComeLater(exception.InnerException),
    };

    private static ResiliencePipeline Circuit(TimeSpan rest) => new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<ChannelDownException>().Handle<RetryAfterException>().Handle<TimeoutException>().Handle<HttpRequestException>(error => error.StatusCode >= HttpStatusCode.InternalServerError),
            FailureRatio = 0.5,
            MinimumThroughput = FewestToJudge,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = rest,
        })
        .Build();
}
