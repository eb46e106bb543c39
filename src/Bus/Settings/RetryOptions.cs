using Bus.Core.Recoverability;

namespace Bus.Settings;

/// <summary>
/// What happens when a handler throws, section <c>Bus:Retry</c>. Retries wait in memory and hold a worker meanwhile, so all waits of a message together
/// must stay under 5 s.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>All waits of one message together must stay below this.</summary>
    public static readonly TimeSpan LongestInMemory = TimeSpan.FromSeconds(5);

    /// <summary>Attempts in all, the first included; 1 means no retry. 1 to 1,000. Default 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How the waits grow. Default exponential.</summary>
    public BackoffStrategy Strategy { get; set; } = BackoffStrategy.Exponential;

    /// <summary>The first wait, on which the others build. Not negative. Default 100 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No wait is longer. At least <see cref="FirstDelay"/>. Default 2 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How chance spreads the waits. Default full.</summary>
    public Jitter Jitter { get; set; } = Jitter.Full;

    /// <summary>Retries of an endpoint may be at most this share of first attempts, in percent, over about 10 s. 0 to 1,000. Default 20.</summary>
    public int BudgetPercent { get; set; } = 20;

    /// <summary>Retries a second that an endpoint may always make, whatever the share. Not negative. Default 10.</summary>
    public int BudgetPerSecond { get; set; } = 10;

    /// <summary>
    /// How long a message waits for a database that does not answer. Such waiting spends no attempt. Zero gives up like after any error. At most 20
    /// minutes, since RabbitMQ takes back what is not acknowledged within 30. Default 10 minutes.
    /// </summary>
    public TimeSpan OutageTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a message waits whose attempts are used up, each time, before it comes again for as many attempts; it waits in the database, and holds no worker. After the last it goes to <c>_error</c>. A
    /// permanent error is not put off. Each above zero and at most 30 days; at most 100. Needs <see cref="BusBuilder.UseDatabase{TDbContext}"/>. Default empty, which switches it off.
    /// </summary>
    public IReadOnlyList<TimeSpan> Redelivery { get; set; } = [];

    /// <summary>By how much chance makes such a wait longer, at most, in percent: what failed together does not come back together. 0 to 100. Default 20.</summary>
    public int RedeliveryJitterPercent { get; set; } = 20;

    /// <summary>
    /// Other values for single exception types, by full type name: <c>Bus:Retry:Exceptions:Acme.QuotaException:MaxAttempts</c>. A rule counts for derived
    /// types too. Default none.
    /// </summary>
    public Dictionary<string, RetryRuleOptions> Exceptions { get; set; } = [];
}
