using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class FulfilmentSettings(IConfiguration configuration) : IValidateOptions<FulfilmentOptions>
{
    private const int MostConcurrency = 256;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(1);

    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(FulfilmentOptions options)
    {
        List<string> errors = [];
        if (configuration[FulfilmentOptions.DataFolderKey] is { Length: > 0 } folder)
            options.DataFolder = folder;
        Fill(options, new SettingReader(configuration.GetSection(FulfilmentOptions.Section), errors));
        Fill(options.Carrier, new SettingReader(configuration.GetSection(CarrierOptions.Section), errors));
        Fill(options.Seller, new SettingReader(configuration.GetSection(SellerOptions.Section), errors), errors);
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, FulfilmentOptions options) => Fill(new FulfilmentOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static void Fill(FulfilmentOptions options, SettingReader settings)
    {
        options.Concurrency = settings.Between(nameof(options.Concurrency), options.Concurrency, 1, MostConcurrency);
        settings.RefuseOthers(nameof(options.Concurrency));
    }

    private static void Fill(CarrierOptions carrier, SettingReader settings)
    {
        carrier.AnswerWithin = settings.Time(nameof(carrier.AnswerWithin), carrier.AnswerWithin, LongestAnswer);
        carrier.Token = settings.Token(nameof(carrier.Token), carrier.Token);
        carrier.Url = settings.Url(nameof(carrier.Url), carrier.Url);
        settings.RefuseOthers(nameof(carrier.Url), nameof(carrier.Token), nameof(carrier.AnswerWithin));
    }

    private static void Fill(SellerOptions seller, SettingReader settings, List<string> errors)
    {
        seller.Name = settings.Text(nameof(seller.Name), seller.Name);
        seller.Street = settings.Text(nameof(seller.Street), seller.Street);
        seller.PostalCode = settings.Text(nameof(seller.PostalCode), seller.PostalCode);
        seller.City = settings.Text(nameof(seller.City), seller.City);
        seller.Country = settings.Text(nameof(seller.Country), seller.Country);
        seller.TaxId = settings.Text(nameof(seller.TaxId), seller.TaxId);
        settings.RefuseOthers(nameof(seller.Name), nameof(seller.Street), nameof(seller.PostalCode), nameof(seller.City), nameof(seller.Country), nameof(seller.TaxId));
        if (string.IsNullOrWhiteSpace(seller.Name))
            errors.Add($"`{SellerOptions.Section}:{nameof(seller.Name)}` must name the seller, but was empty: an invoice needs one.");
    }
}
