using Bus.Host.Startup;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Bus.UnitTests.Host;

public class When_settings_are_read
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Should_do_everything_on_loopback_by_default()
    {
        var settings = Read();

        Assert.Empty(settings.Errors);
        Assert.Equal((HostRoles.All, MigrateMode.AtStart, null), (settings.Roles, settings.Migrate, settings.Token));
        Assert.Equal(["http://127.0.0.1:5080"], settings.Urls);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:0")]
    [InlineData("http://[::1]:5080;http://127.0.0.9:80")]
    public void Should_leave_the_api_open_on_loopback(string urls) => Assert.Empty(Read(("urls", urls)).Errors);

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://192.168.1.7:5080")]
    [InlineData("http://example.org:5080")]
    [InlineData("http://127.0.0.1:5080;http://10.0.0.1:5080")]
    [InlineData("http://localhost.example.org:80")]
    public void Should_ask_for_a_token_beyond_loopback(string urls)
    {
        var error = Assert.Single(Read(("urls", urls)).Errors);
        Assert.StartsWith("`Bus:Api:Token` must be set to listen on ", error, StringComparison.Ordinal);
        Assert.Empty(Read(("urls", urls), ("Bus:Api:Token", Token)).Errors);
    }

    [Fact]
    public void Should_ask_for_a_token_when_kestrel_is_configured_beyond_loopback() =>
        Assert.Single(Read(("Kestrel:Endpoints:Public:Url", "http://0.0.0.0:80")).Errors);

    [Fact]
    public void Should_not_ask_a_worker_without_an_api_for_a_token() =>
        Assert.Empty(Read(("urls", "http://0.0.0.0:80"), ("Bus:Roles", "worker")).Errors);

    [Fact]
    public void Should_list_all_that_is_wrong_without_telling_the_token()
    {
        var errors = Read(("Bus:Roles", "api,cook"), ("Bus:Migrate", "Sometimes"), ("Bus:Api:Token", "secret"), ("urls", "nonsense")).Errors;

        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, x => x.Contains("'cook'", StringComparison.Ordinal));
        Assert.Contains(errors, x => x.Contains("'Sometimes'", StringComparison.Ordinal));
        Assert.Contains(errors, x => x.Contains("has 6", StringComparison.Ordinal));
        Assert.Contains(errors, x => x.Contains("'nonsense'", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, x => x.Contains("secret", StringComparison.Ordinal));
    }

    private static HostSettings Read(params (string Key, string Value)[] settings) => HostSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(x => KeyValuePair.Create(x.Key, (string?)x.Value))).Build());
}
