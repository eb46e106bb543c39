using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class OrderSettings(IConfiguration configuration) : IValidateOptions<OrderOptions>
{
    private const string Gateway = $"{OrderOptions.Section}:{nameof(OrderOptions.Gateway)}";

    // Of the section; parts of the slice that have a section of their own below it read and check that themselves.
    private static readonly string[] Known = [nameof(OrderOptions.ChargeWithin), nameof(OrderOptions.SettleAfter), nameof(OrderOptions.GiveUpAfter), nameof(OrderOptions.FulfilWithin), nameof(OrderOptions.Gateway), "Carrier", "Seller", "Fulfilment"];

    private static readonly string[] KnownOfGateway = [nameof(GatewayOptions.Url), nameof(GatewayOptions.Token), nameof(GatewayOptions.TryWithin)];

    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(OrderOptions options)
    {
        List<string> errors = [];
        var section = configuration.GetSection(OrderOptions.Section);
        options.ChargeWithin = Time(section, nameof(options.ChargeWithin), options.ChargeWithin, TimeSpan.FromMinutes(1), errors);
        options.SettleAfter = Time(section, nameof(options.SettleAfter), options.SettleAfter, TimeSpan.FromDays(1), errors);
        options.GiveUpAfter = Time(section, nameof(options.GiveUpAfter), options.GiveUpAfter, TimeSpan.FromDays(30), errors);
        options.FulfilWithin = Time(section, nameof(options.FulfilWithin), options.FulfilWithin, TimeSpan.FromDays(30), errors);
        if (errors.Count == 0 && (options.GiveUpAfter <= options.SettleAfter || options.GiveUpAfter < 3 * options.ChargeWithin))
        {
            errors.Add($"`{section.Path}:{nameof(options.GiveUpAfter)}` must be more than `{nameof(options.SettleAfter)}` ({options.SettleAfter:c}) and at least three times `{nameof(options.ChargeWithin)}` ({options.ChargeWithin:c}), but was {options.GiveUpAfter:c}: "
                + "an order must not be given up while it is being charged.");
        }

        Fill(options.Gateway, configuration.GetSection(Gateway), errors);
        Unknown(section, Known, errors);
        Unknown(configuration.GetSection(Gateway), KnownOfGateway, errors);
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, OrderOptions options) => Fill(new OrderOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static void Fill(GatewayOptions gateway, IConfigurationSection section, List<string> errors)
    {
        gateway.TryWithin = Time(section, nameof(gateway.TryWithin), gateway.TryWithin, TimeSpan.FromMinutes(1), errors);
        if (section[nameof(gateway.Token)] is { Length: > 0 } token)
            gateway.Token = token;
        if (gateway.Token?.Any(letter => letter is <= ' ' or > '~') == true)
            errors.Add($"`{section.Path}:{nameof(gateway.Token)}` must consist of visible ASCII characters without spaces, but does not.");
        if (section[nameof(gateway.Url)] is not { Length: > 0 } text)
            return;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            gateway.Url = url;
        else
            errors.Add($"`{section.Path}:{nameof(gateway.Url)}` must be an address with http:// or https://, but was {text}.");
    }

    private static void Unknown(IConfigurationSection section, string[] known, List<string> errors) =>
        errors.AddRange(section.GetChildren().Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"`{setting.Path}` is not a setting. Those of `{section.Path}` are {string.Join(", ", known)}."));

    private static TimeSpan Time(IConfigurationSection section, string key, TimeSpan known, TimeSpan most, List<string> errors)
    {
        if (section[key] is not { Length: > 0 } text)
            return known;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero && value <= most)
            return value;
        errors.Add($"`{section.Path}:{key}` must be a time of more than none and at most {most:c}, but was {text}.");
        return known;
    }
}
