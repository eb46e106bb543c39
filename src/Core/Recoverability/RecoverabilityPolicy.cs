using System.Globalization;

namespace Bus.Core.Recoverability;

/// <summary>
/// Decides what happens after a failed attempt: a pure function of the facts and of chance. It does not wait, log, or take from the budget; whoever
/// carries the decision out does. Immutable and thread-safe as long as each caller brings its own random source.
/// </summary>
/// <param name="classifier">Says what kind of error it was.</param>
/// <param name="schedule">The rhythm for errors without a schedule of their own.</param>
/// <param name="timeLimit">No retry begins later than this after the first attempt began, outages excepted.</param>
/// <param name="outageLimit">How long an outage is waited for; after that it counts as a transient error whose time is spent.</param>
/// <param name="overrides">Schedules for single exception types; the closest base type of the exception, or of its inner exceptions, wins.</param>
public sealed class RecoverabilityPolicy(
    ErrorClassifier classifier,
    RetrySchedule schedule,
    TimeSpan timeLimit,
    TimeSpan outageLimit,
    IReadOnlyDictionary<Type, RetrySchedule>? overrides = null)
{
    // During an outage every waiting message asks again after about this long: often enough to resume quickly, seldom enough not to be the load.
    private static readonly TimeSpan OutageDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>What to do about <paramref name="facts"/>.</summary>
    public RecoverabilityDecision Decide(in FailureFacts facts, Random random)
    {
        var kind = classifier.Classify(facts.Exception);
        if (kind == ErrorClass.Permanent)
        {
            return GiveUp(GiveUpReason.PermanentError, $"`{facts.Exception.GetType().Name}` is a permanent error and is not retried.");
        }

        if (kind == ErrorClass.Outage && facts.Elapsed < outageLimit)
        {
            return new RecoverabilityDecision.RetryAfter(OutageDelay * (0.5 + random.NextDouble()), Outage: true);
        }

        var rhythm = ScheduleFor(facts.Exception);
        return facts.Attempt >= rhythm.MaxAttempts
            ? GiveUp(GiveUpReason.AttemptsSpent, $"All {rhythm.MaxAttempts} attempts failed.")
            : Retry(facts, rhythm, random);
    }

    private RecoverabilityDecision Retry(in FailureFacts facts, RetrySchedule rhythm, Random random)
    {
        var delay = rhythm.DelayBefore(facts.Attempt, facts.PreviousDelay, random);
        if (RetryAfterOf(facts.Exception) is { } asked && asked > delay)
        {
            delay = asked;
        }

        if (facts.Elapsed + delay > timeLimit)
        {
            return GiveUp(GiveUpReason.TimeSpent,
                $"The next attempt would begin {Seconds(facts.Elapsed + delay)} after the first, and retries may last {Seconds(timeLimit)}.");
        }

        if (!facts.BudgetLeft)
        {
            return GiveUp(GiveUpReason.BudgetSpent,
                "The retry budget of the endpoint is spent: too many messages fail at once. Raise `Bus:Retry:BudgetPercent` if that is expected.");
        }

        return delay > TimeSpan.Zero ? new RecoverabilityDecision.RetryAfter(delay) : RecoverabilityDecision.RetryNow.Instance;
    }

    private RetrySchedule ScheduleFor(Exception exception)
    {
        if (overrides is { Count: > 0 })
        {
            foreach (var error in ErrorClassifier.Chain(exception))
            {
                for (var type = error.GetType(); type is not null; type = type.BaseType)
                {
                    if (overrides.TryGetValue(type, out var own))
                    {
                        return own;
                    }
                }
            }
        }

        return schedule;
    }

    internal static TimeSpan? RetryAfterOf(Exception exception) =>
        ErrorClassifier.Chain(exception).OfType<IRetryAfter>().Select(error => error.RetryAfter).FirstOrDefault(after => after is not null);

    private static RecoverabilityDecision.GiveUp GiveUp(GiveUpReason reason, string explanation) => new(reason, explanation);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";
}
