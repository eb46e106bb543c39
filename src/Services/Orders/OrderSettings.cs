using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class OrderSettings(IConfiguration configuration) : IValidateOptions<OrderOptions>
{
    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(OrderOptions options)
    {
        List<string> errors = [];
        var section = configuration.GetSection(OrderOptions.Section);
        var settings = new SettingReader(section, errors);
        options.ChargeWithin = settings.Time(nameof(options.ChargeWithin), options.ChargeWithin, TimeSpan.FromMinutes(1));
        options.SettleAfter = settings.Time(nameof(options.SettleAfter), options.SettleAfter, TimeSpan.FromDays(1));
        options.GiveUpAfter = settings.Time(nameof(options.GiveUpAfter), options.GiveUpAfter, TimeSpan.FromDays(30));
        options.FulfilWithin = settings.Time(nameof(options.FulfilWithin), options.FulfilWithin, TimeSpan.FromDays(30));
        if (errors.Count == 0 && (options.GiveUpAfter <= options.SettleAfter || options.GiveUpAfter < 3 * options.ChargeWithin))
        {
            errors.Add($"`{section.Path}:{nameof(options.GiveUpAfter)}` must be more than `{nameof(options.SettleAfter)}` ({options.SettleAfter:c}) and at least three times `{nameof(options.ChargeWithin)}` ({options.ChargeWithin:c}), but was {options.GiveUpAfter:c}: "
                + "an order must not be given up while it is being charged.");
        }

        // Parts of the slice that have a section of their own below this one read and check that themselves.
        settings.RefuseOthers(nameof(options.ChargeWithin), nameof(options.SettleAfter), nameof(options.GiveUpAfter), nameof(options.FulfilWithin), nameof(options.Gateway), "Carrier", "Seller", "Fulfilment");
        Fill(options.Gateway, new SettingReader(section.GetSection(nameof(options.Gateway)), errors));
        return errors;
    }

    public ValidateOptionsResult Validate(string? name, OrderOptions options) => Fill(new OrderOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static void Fill(GatewayOptions gateway, SettingReader settings)
    {
        gateway.TryWithin = settings.Time(nameof(gateway.TryWithin), gateway.TryWithin, TimeSpan.FromMinutes(1));
        gateway.Token = settings.Token(nameof(gateway.Token), gateway.Token);
        gateway.Url = settings.Url(nameof(gateway.Url), gateway.Url);
        settings.RefuseOthers(nameof(gateway.Url), nameof(gateway.Token), nameof(gateway.TryWithin));
    }
}
