using System.Globalization;
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
        Fill(options, configuration.GetSection(FulfilmentOptions.Section), errors);
        Fill(options.Carrier, configuration.GetSection(CarrierOptions.Section), errors);
        Fill(options.Seller, configuration.GetSection(SellerOptions.Section), errors);
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, FulfilmentOptions options) => Fill(new FulfilmentOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static void Fill(FulfilmentOptions options, IConfigurationSection section, List<string> errors)
    {
        Unknown(section, errors, nameof(options.Concurrency));
        if (section[nameof(options.Concurrency)] is not { Length: > 0 } text)
            return;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= MostConcurrency)
            options.Concurrency = value;
        else
            errors.Add($"`{section.Path}:{nameof(options.Concurrency)}` must be between 1 and {MostConcurrency}, but was {text}.");
    }

    private static void Fill(CarrierOptions carrier, IConfigurationSection section, List<string> errors)
    {
        Unknown(section, errors, nameof(carrier.Url), nameof(carrier.Token), nameof(carrier.AnswerWithin));
        if (section[nameof(carrier.Token)] is { Length: > 0 } token)
            carrier.Token = token;
        if (carrier.Token?.Any(letter => letter is <= ' ' or > '~') == true)
            errors.Add($"`{section.Path}:{nameof(carrier.Token)}` must consist of visible ASCII characters without spaces, but does not.");
        if (section[nameof(carrier.AnswerWithin)] is { Length: > 0 } time)
        {
            if (TimeSpan.TryParse(time, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero && value <= LongestAnswer)
                carrier.AnswerWithin = value;
            else
                errors.Add($"`{section.Path}:{nameof(carrier.AnswerWithin)}` must be a time of more than none and at most {LongestAnswer:c}, but was {time}.");
        }

        if (section[nameof(carrier.Url)] is not { Length: > 0 } text)
            return;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            carrier.Url = url;
        else
            errors.Add($"`{section.Path}:{nameof(carrier.Url)}` must be an address with http:// or https://, but was {text}.");
    }

    private static void Fill(SellerOptions seller, IConfigurationSection section, List<string> errors)
    {
        Unknown(section, errors, nameof(seller.Name), nameof(seller.Street), nameof(seller.PostalCode), nameof(seller.City), nameof(seller.Country), nameof(seller.TaxId));
        seller.Name = section[nameof(seller.Name)] ?? seller.Name;
        seller.Street = section[nameof(seller.Street)] ?? seller.Street;
        seller.PostalCode = section[nameof(seller.PostalCode)] ?? seller.PostalCode;
        seller.City = section[nameof(seller.City)] ?? seller.City;
        seller.Country = section[nameof(seller.Country)] ?? seller.Country;
        seller.TaxId = section[nameof(seller.TaxId)] ?? seller.TaxId;
        if (string.IsNullOrWhiteSpace(seller.Name))
            errors.Add($"`{section.Path}:{nameof(seller.Name)}` must name the seller, but was empty: an invoice needs one.");
    }

    private static void Unknown(IConfigurationSection section, List<string> errors, params string[] known) =>
        errors.AddRange(section.GetChildren().Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"`{setting.Path}` is not a setting. Those of `{section.Path}` are {string.Join(", ", known)}."));
}
