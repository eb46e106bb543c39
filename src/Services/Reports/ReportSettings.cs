using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Reports;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class ReportSettings(IConfiguration configuration) : IValidateOptions<ReportOptions>
{
    private static readonly string[] Known = [nameof(ReportOptions.DeliverTo), nameof(ReportOptions.ChunkRows), nameof(ReportOptions.DeliveryAttempts), nameof(ReportOptions.DeliveryDelay)];

    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(ReportOptions options)
    {
        List<string> errors = [];
        var section = configuration.GetSection(ReportOptions.Section);
        if (configuration[ReportOptions.DataFolderKey] is { Length: > 0 } folder)
            options.DataFolder = folder;
        if (section[nameof(options.DeliverTo)] is { Length: > 0 } deliverTo)
            options.DeliverTo = deliverTo;
        options.ChunkRows = Between(section, nameof(options.ChunkRows), options.ChunkRows, 1, 100_000, errors);
        options.DeliveryAttempts = Between(section, nameof(options.DeliveryAttempts), options.DeliveryAttempts, 1, 1_000, errors);
        options.DeliveryDelay = Delay(section, options.DeliveryDelay, errors);
        errors.AddRange(section.GetChildren().Where(setting => !Known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"`{setting.Path}` is not a setting. Those of `{ReportOptions.Section}` are {string.Join(", ", Known)}."));
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, ReportOptions options) => Fill(new ReportOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static int Between(IConfigurationSection section, string key, int known, int least, int most, List<string> errors)
    {
        if (section[key] is not { Length: > 0 } text)
            return known;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        errors.Add($"`{ReportOptions.Section}:{key}` must be between {least} and {most}, but was {text}.");
        return known;
    }

    private static TimeSpan Delay(IConfigurationSection section, TimeSpan known, List<string> errors)
    {
        const string Key = nameof(ReportOptions.DeliveryDelay);
        if (section[Key] is not { Length: > 0 } text)
            return known;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero && value <= TimeSpan.FromHours(1))
            return value;
        errors.Add($"`{ReportOptions.Section}:{Key}` must be a time of more than none and at most 01:00:00, but was {text}.");
        return known;
    }
}
