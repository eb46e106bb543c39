using Bus.Services.Orders.Fulfilment;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public sealed class When_fulfilment_is_configured
{
    [Fact]
    public void Should_need_nothing()
    {
        var (options, errors) = Read();

        Assert.Empty(errors);
        Assert.Null(options.Carrier.Url);
        Assert.Equal("Bus Sample Shop", options.Seller.Name);
    }

    [Fact]
    public void Should_read_what_is_set()
    {
        var (options, errors) = Read(
            ("Bus:Orders:Carrier:Url", "https://parcels.example/v1"), ("Bus:Orders:Carrier:AnswerWithin", "00:00:02"), ("Bus:Orders:Seller:Name", "Nordlys"), ("Bus:Orders:Fulfilment:Concurrency", "4"), ("Bus:DataFolder", "/data"));

        Assert.Empty(errors);
        Assert.Equal((new Uri("https://parcels.example/v1"), TimeSpan.FromSeconds(2)), (options.Carrier.Url!, options.Carrier.AnswerWithin));
        Assert.Equal(("Nordlys", 4, "/data"), (options.Seller.Name, options.Concurrency, options.DataFolder));
    }

    [Fact]
    public void Should_name_everything_that_is_wrong_at_once()
    {
        var (_, errors) = Read(
            ("Bus:Orders:Carrier:Url", "parcels"), ("Bus:Orders:Carrier:AnswerWithin", "1.00:00:00"), ("Bus:Orders:Carrier:Token", "a b"), ("Bus:Orders:Carrier:Ulr", "x"),
            ("Bus:Orders:Seller:Name", " "), ("Bus:Orders:Seller:Nmae", "x"), ("Bus:Orders:Fulfilment:Concurrency", "0"));

        Assert.Equal(7, errors.Count);
        Assert.Contains("`Bus:Orders:Carrier:Url` must be an address with http:// or https://, but was parcels.", errors);
        Assert.Contains("`Bus:Orders:Carrier:Ulr` is not a setting. Those of `Bus:Orders:Carrier` are Url, Token, AnswerWithin.", errors);
        Assert.Contains("`Bus:Orders:Fulfilment:Concurrency` must be between 1 and 256, but was 0.", errors);
    }

    private static (FulfilmentOptions Options, IReadOnlyList<string> Errors) Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(x => x.Key, x => (string?)x.Value)).Build();
        var options = new FulfilmentOptions();
        return (options, new FulfilmentSettings(configuration).Fill(options));
    }
}
