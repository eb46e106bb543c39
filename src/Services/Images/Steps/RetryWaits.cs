namespace Bus.Services.Images.Steps;

/// <summary>The waits between a step's attempts: 100, 200, 400, 800 ms and so on, cut so that they stay under 5 s in all.</summary>
internal static class RetryWaits
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(4.8);

    public static TimeSpan[] For(int retries)
    {
        var left = Most;
        var waits = new TimeSpan[retries];
        for (var i = 0; i < retries; i++)
        {
            var wait = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(i, 4)));
            waits[i] = wait < left ? wait : left;
            left -= waits[i];
        }

        return waits;
    }
}
