namespace Bus.Core.Recoverability;

/// <summary>
/// Decides whether a message whose attempts are used up comes again later: a pure function of the facts and of chance. Immutable and thread-safe as long as
/// each caller brings its own random source.
/// </summary>
/// <param name="classifier">Says what kind of error it was; a permanent one is never put off.</param>
/// <param name="delays">How long the message waits each time, and with that how often. Empty puts nothing off.</param>
/// <param name="jitter">By which part of it, at most, chance makes a wait longer: what failed together shall not come back together. It is never made shorter.</param>
public sealed class RedeliveryPolicy(ErrorClassifier classifier, IReadOnlyList<TimeSpan> delays, double jitter)
{
    /// <summary>No wait may be longer, jitter apart; an exception that asks for more gets this.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    /// <summary>What to do about <paramref name="facts"/>.</summary>
    public RedeliveryDecision Decide(in RedeliveryFacts facts, Random random)
    {
        if (facts.Redeliveries >= delays.Count || classifier.Classify(facts.Exception) == ErrorClass.Permanent)
        {
            return RedeliveryDecision.GiveUp.Instance;
        }

        var delay = delays[facts.Redeliveries];
        if (RecoverabilityPolicy.RetryAfterOf(facts.Exception) is { } asked && asked > delay)
        {
            delay = asked < LongestDelay ? asked : LongestDelay;
        }

        delay += delay * (jitter * random.NextDouble());
        // After its deadline it would be dropped, and nobody would know.
        return facts.TimeLeft <= delay ? RedeliveryDecision.GiveUp.Instance : new RedeliveryDecision.PutOff(delay);
    }
}
