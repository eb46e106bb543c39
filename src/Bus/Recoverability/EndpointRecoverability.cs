using Bus.Core.Recoverability;
using Bus.Settings;

namespace Bus.Recoverability;

/// <summary>What the retries of one endpoint share: the policy, the budget, the source of chance, and the clock. Thread-safe.</summary>
internal sealed class EndpointRecoverability(RecoverabilityPolicy policy, RetryBudget budget, TimeProvider clock, int seed, CancellationToken stopping)
{
    private readonly Random _random = new(seed);

    /// <summary>Is cancelled when the host begins to stop: a message that waits for its next attempt is then handed back to its queue.</summary>
    public CancellationToken Stopping => stopping;

    public TimeProvider Clock => clock;

    public long Begin()
    {
        budget.CountFirstAttempt();
        return clock.GetTimestamp();
    }

    public RecoverabilityDecision Decide(Exception exception, int attempt, long startedAt, TimeSpan previousDelay)
    {
        var facts = new FailureFacts(exception, attempt, clock.GetElapsedTime(startedAt), previousDelay, budget.HasLeft);
        RecoverabilityDecision decision;
        lock (_random)
        {
            decision = policy.Decide(facts, _random);
        }

        // Another message may have taken the last retry since `HasLeft`; then the policy is asked again with what is true now.
        var free = decision is RecoverabilityDecision.GiveUp or RecoverabilityDecision.RetryAfter { Outage: true };
        return free || budget.TryTake() ? decision : Decide(facts with { BudgetLeft = false });
    }

    private RecoverabilityDecision Decide(FailureFacts facts)
    {
        lock (_random)
        {
            return policy.Decide(facts, _random);
        }
    }

    /// <summary>The recoverability of one endpoint as the settings, the service's own rules and the endpoint's own schedule say.</summary>
    public static EndpointRecoverability Create(
        RetryOptions retry, RetrySchedule? schedule, ErrorClassifier classifier, TimeProvider clock, int seed, CancellationToken stopping)
    {
        var overrides = new Dictionary<Type, RetrySchedule>();
        foreach (var (type, rule) in Rules(retry))
        {
            overrides[type] = RetrySchedules.Of(retry, rule);
        }

        var policy = new RecoverabilityPolicy(
            ClassifierOf(retry, classifier), schedule ?? RetrySchedules.Of(retry), RetryOptions.LongestInMemory, retry.OutageTimeout, overrides);
        var budget = new RetryBudget(retry.BudgetPercent / 100.0, retry.BudgetPerSecond, TimeSpan.FromSeconds(10), clock);
        return new EndpointRecoverability(policy, budget, clock, seed, stopping);
    }

    /// <summary>The service's judgement with what the settings say about single exception types.</summary>
    public static ErrorClassifier ClassifierOf(RetryOptions retry, ErrorClassifier classifier)
    {
        foreach (var (type, rule) in Rules(retry))
        {
            classifier = rule.Class is { } kind ? classifier.WithRule(type, _ => kind) : classifier;
        }

        return classifier;
    }

    private static IEnumerable<(Type Type, RetryRuleOptions Rule)> Rules(RetryOptions retry)
    {
        foreach (var (name, rule) in retry.Exceptions)
        {
            if (ExceptionTypes.Find(name) is { } type)
            {
                yield return (type, rule);
            }
        }
    }
}
