using Bus.Core.Recoverability;

namespace Bus.Settings;

/// <summary>What a list of delays must keep to, wherever it is written.</summary>
internal static class RedeliveryDelays
{
    private const int Most = 100;

    public static IEnumerable<string> Errors(string path, IReadOnlyList<TimeSpan> delays)
    {
        if (delays.Count > Most)
        {
            yield return $"`{path}` must have at most {Most} delays, but had {delays.Count}.";
        }

        for (var index = 0; index < delays.Count; index++)
        {
            if (delays[index] <= TimeSpan.Zero || delays[index] > RedeliveryPolicy.LongestDelay)
            {
                yield return $"`{path}:{index}` must be above zero and at most {RedeliveryPolicy.LongestDelay}, but was {delays[index]}.";
            }
        }
    }
}
