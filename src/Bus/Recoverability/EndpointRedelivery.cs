using Bus.Core.Recoverability;
using Bus.Settings;

namespace Bus.Recoverability;

/// <summary>What the redeliveries of one endpoint share: the policy and the source of chance. Thread-safe.</summary>
internal sealed class EndpointRedelivery(RedeliveryPolicy policy, int seed)
{
    private readonly Random _random = new(seed);

    public RedeliveryDecision Decide(RedeliveryFacts facts)
    {
        lock (_random)
        {
            return policy.Decide(facts, _random);
        }
    }

    public static EndpointRedelivery Create(RetryOptions retry, IReadOnlyList<TimeSpan> delays, ErrorClassifier classifier, int seed) =>
        new(new RedeliveryPolicy(EndpointRecoverability.ClassifierOf(retry, classifier), delays, retry.RedeliveryJitterPercent / 100.0), seed);
}
