using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Reports;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class ReportSettings(IConfiguration configuration) : IValidateOptions<ReportOptions>
{
    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(ReportOptions options)
    {
        List<string> errors = [];
        var settings = new SettingReader(configuration.GetSection(ReportOptions.Section), errors);
        if (configuration[ReportOptions.DataFolderKey] is { Length: > 0 } folder)
            options.DataFolder = folder;
        if (settings.Text(nameof(options.DeliverTo), "") is { Length: > 0 } deliverTo)
            options.DeliverTo = deliverTo;
        options.ChunkRows = settings.Between(nameof(options.ChunkRows), options.ChunkRows, 1, 100_000);
        options.DeliveryAttempts = settings.Between(nameof(options.DeliveryAttempts), options.DeliveryAttempts, 1, 1_000);
        options.DeliveryDelay = settings.Time(nameof(options.DeliveryDelay), options.DeliveryDelay, TimeSpan.FromHours(1));
        settings.RefuseOthers(nameof(options.DeliverTo), nameof(options.ChunkRows), nameof(options.DeliveryAttempts), nameof(options.DeliveryDelay));
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, ReportOptions options) => Fill(new ReportOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
