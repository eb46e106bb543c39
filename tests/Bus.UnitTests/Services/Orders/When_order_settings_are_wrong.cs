using Bus.Services.Orders;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_order_settings_are_wrong
{
    [Fact]
    public void Should_name_all_of_them()
    {
        var errors = Read(
            out _,
            ("Bus:Orders:ChargeWithin", "00:02:00"),
            ("Bus:Orders:SettleAfter", "soon"),
            ("Bus:Orders:SettleAftr", "00:00:15"),
            ("Bus:Orders:Gateway:Url", "pay.example"),
            ("Bus:Orders:Gateway:Token", "a\nb"),
            ("Bus:Orders:Gateway:TryWithin", "-00:00:01"),
            ("Bus:Orders:Gateway:Uri", "x"));
        Assert.Equal(
            [
                "`Bus:Orders:ChargeWithin` must be a time of more than none and at most 00:01:00, but was 00:02:00.",
                "`Bus:Orders:SettleAfter` must be a time of more than none and at most 1.00:00:00, but was soon.",
                "`Bus:Orders:SettleAftr` is not a setting.",
                "`Bus:Orders:Gateway:TryWithin` must be a time of more than none and at most 00:01:00, but was -00:00:01.",
                "`Bus:Orders:Gateway:Token` must consist of visible ASCII characters without spaces, but does not.",
                "`Bus:Orders:Gateway:Url` must be an address with http:// or https://, but was pay.example.",
                "`Bus:Orders:Gateway:Uri` is not a setting. Those of `Bus:Orders:Gateway` are Url, Token, TryWithin.",
            ],
            // Which ones there are follows, and grows.
            errors.Select(error => error.Contains("SettleAftr", StringComparison.Ordinal) ? error[..(error.IndexOf('.', StringComparison.Ordinal) + 1)] : error));
    }

    [Fact]
    public void Should_not_give_up_what_is_being_charged()
    {
        Assert.Contains("at least three times `ChargeWithin`", Assert.Single(Read(out _, ("Bus:Orders:GiveUpAfter", "00:00:29"))), StringComparison.Ordinal);
        Assert.Contains("more than `SettleAfter`", Assert.Single(Read(out _, ("Bus:Orders:SettleAfter", "00:15:00"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_take_those_that_are_right()
    {
        Assert.Empty(Read(out var options, ("Bus:Orders:FulfilWithin", "01:00:00"), ("Bus:Orders:Gateway:Url", "https://pay.example/v1"), ("Bus:Orders:Gateway:Token", "secret")));
        Assert.Equal((TimeSpan.FromHours(1), "https://pay.example/v1", "secret"), (options.FulfilWithin, options.Gateway.Url?.AbsoluteUri, options.Gateway.Token));
        Assert.Equal((10, 15, 3), (options.ChargeWithin.TotalSeconds, options.SettleAfter.TotalSeconds, options.Gateway.TryWithin.TotalSeconds));
    }

    [Fact]
    public void Should_keep_what_the_program_has_set()
    {
        var options = new OrderOptions { Gateway = { Url = new Uri("https://pay.example/v1"), Token = "from a vault" } };
        Assert.Empty(new OrderSettings(new ConfigurationBuilder().Build()).Fill(options));
        Assert.Equal(("https://pay.example/v1", "from a vault"), (options.Gateway.Url.AbsoluteUri, options.Gateway.Token));
    }

    private static IReadOnlyList<string> Read(out OrderOptions options, params (string Key, string Value)[] settings) =>
        new OrderSettings(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value))).Build()).Fill(options = new OrderOptions());
}
