using Bus.Core.Recoverability;
using Bus.Databases;
using Bus.Persistence;
using Bus.Recoverability;
using Bus.Transports;
using Microsoft.Extensions.Options;

namespace Bus.Settings;

/// <summary>Checks all settings when the host starts, and reports all that is wrong at once.</summary>
internal sealed class BusOptionsValidator(BusSettings settings) : IValidateOptions<BusOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        List<string> errors = [.. settings.ReadErrors(), .. Basics(options), .. RetryErrors(options.Retry), .. TransportErrors(options), .. DatabaseErrors(options)];
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Basics(BusOptions options) =>
    [
        .. Between("Bus:PrefetchCount", options.PrefetchCount, 1, ushort.MaxValue),
        .. Between("Bus:ConcurrentMessageLimit", options.ConcurrentMessageLimit, 1, ushort.MaxValue),
        .. Between("Bus:MaxMessageBytes", options.MaxMessageBytes, 1024, int.MaxValue),
        .. Between("Bus:StartTimeout", options.StartTimeout, TimeSpan.Zero, TimeSpan.FromHours(1)),
        .. Between("Bus:ShutdownTimeout", options.ShutdownTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
        .. EndpointNaming.Errors(options.EndpointPrefix),
        .. SqliteErrors(options.Sqlite),
        .. DeadLetterOptions.Errors(options.DeadLetters),
    ];

    internal static IEnumerable<string> SqliteErrors(SqliteOptions options) =>
    [
        .. Between("Bus:Sqlite:LockDuration", options.LockDuration, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        .. Between("Bus:Sqlite:MaxProcessDeaths", options.MaxProcessDeaths, 1, 1000),
    ];

    private static IEnumerable<string> RetryErrors(RetryOptions retry) =>
    [
        .. Between("Bus:Retry:BudgetPercent", retry.BudgetPercent, 0, 1000),
        .. Between("Bus:Retry:BudgetPerSecond", retry.BudgetPerSecond, 0, int.MaxValue),
        .. Between("Bus:Retry:OutageTimeout", retry.OutageTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(20)),
        .. Between("Bus:Retry:RedeliveryJitterPercent", retry.RedeliveryJitterPercent, 0, 100),
        .. RedeliveryDelays.Errors("Bus:Retry:Redelivery", retry.Redelivery),
        .. ScheduleErrors("Bus:Retry", RetrySchedules.Of(retry)),
        .. retry.Exceptions.SelectMany(rule => RuleErrors(retry, rule.Key, rule.Value)),
    ];

    private static List<string> RuleErrors(RetryOptions retry, string exception, RetryRuleOptions rule)
    {
        var path = $"Bus:Retry:Exceptions:{exception}";
        return ExceptionTypes.Find(exception) is null
            ? [$"`{path}` must be the full name of an exception type that is loaded when the host starts, such as System.TimeoutException."]
            : ScheduleErrors(path, RetrySchedules.Of(retry, rule));
    }

    private static List<string> ScheduleErrors(string path, RetrySchedule schedule)
    {
        List<string> errors =
        [
            .. Between($"{path}:MaxAttempts", schedule.MaxAttempts, 1, 1000),
            .. Between($"{path}:FirstDelay", schedule.FirstDelay, TimeSpan.Zero, RetryOptions.LongestInMemory),
            .. Between($"{path}:MaxDelay", schedule.MaxDelay, schedule.FirstDelay, RetryOptions.LongestInMemory),
        ];
        if (errors.Count == 0 && schedule.LongestTotal() is var total && total >= RetryOptions.LongestInMemory)
        {
            errors.Add($"`{path}` must keep all waits of a message together under {RetryOptions.LongestInMemory.TotalSeconds:0} s, " +
                $"but they may last {total.TotalSeconds:0.#} s. Lower `{path}:MaxAttempts` or `{path}:MaxDelay`.");
        }

        return errors;
    }

    private IEnumerable<string> TransportErrors(BusOptions options) => options.Transport == BusTransport.RabbitMq && !settings.UsesOwnTransport
        ? RabbitMqAddress.Errors(settings.RabbitMqConnectionString).Concat(RabbitMqTls.Errors(options.RabbitMq))
        : [];

    private IEnumerable<string> DatabaseErrors(BusOptions options)
    {
        if (settings.UsesDatabase && options.Database != BusDatabase.Sqlite && settings.BusConnectionString is null)
        {
            yield return $"`ConnectionStrings:Bus` must be set for `Bus:Database` = {options.Database}, but was empty.";
        }

        foreach (var error in SharedFile.Errors(settings, options))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> Between<T>(string path, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            yield return $"`{path}` must be between {least} and {most}, but was {value}.";
        }
    }
}
