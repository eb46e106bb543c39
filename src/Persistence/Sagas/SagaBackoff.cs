namespace Bus.Persistence.Sagas;

/// <summary>How long to wait after a lost race. Pure: chance is handed in.</summary>
internal static class SagaBackoff
{
    private const double FirstMilliseconds = 5;
    private const double LongestMilliseconds = 250;

    /// <summary>The pause after the failed try number <paramref name="attempt"/> (from 1), or null to give up.</summary>
    /// <param name="attempt">The number of the try that has just lost.</param>
    /// <param name="attempts">How many tries are allowed in all.</param>
    /// <param name="budget">What all pauses together may last.</param>
    /// <param name="chance">Between 0 and 1; two that lost against each other must not come back at the same time.</param>
    public static TimeSpan? PauseAfter(int attempt, int attempts, TimeSpan budget, double chance)
    {
        if (attempt >= attempts)
        {
            return null;
        }

        var all = 0.0;
        for (var i = 1; i < attempts; i++)
        {
            all += Longest(i);
        }

        var share = Math.Min(1, budget.TotalMilliseconds / all);
        return TimeSpan.FromMilliseconds(Longest(attempt) * share * (0.25 + (0.75 * chance)));
    }

    private static double Longest(int attempt) => Math.Min(LongestMilliseconds, FirstMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 16)));
}
