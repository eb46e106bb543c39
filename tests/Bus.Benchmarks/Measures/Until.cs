namespace Bus.Benchmarks.Measures;

/// <summary>Waits for what no signal announces.</summary>
internal static class Until
{
    /// <exception cref="TimeoutException">It did not come true within two minutes.</exception>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException("The jobs were not done within two minutes: are the servers that AMQP_PORT and PGPORT name running?");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }
}
