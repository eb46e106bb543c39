using Bus.Core.Recoverability;
using Bus.Settings;

namespace Bus.Recoverability;

/// <summary>Makes schedules of settings.</summary>
internal static class RetrySchedules
{
    public static RetrySchedule Of(RetryOptions retry, RetryRuleOptions? rule = null) => new()
    {
        MaxAttempts = rule?.MaxAttempts ?? retry.MaxAttempts,
        Strategy = rule?.Strategy ?? retry.Strategy,
        FirstDelay = rule?.FirstDelay ?? retry.FirstDelay,
        MaxDelay = rule?.MaxDelay ?? retry.MaxDelay,
        Jitter = rule?.Jitter ?? retry.Jitter,
    };
}
