using System.Net;
using System.Text;
using Bus.Jobs;
using Bus.Jobs.Webhooks;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>Whom the end of a job may be told, and how that is signed.</summary>
public sealed class When_a_webhook_is_sent
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void Should_be_signed_as_the_specification_does_it()
    {
        // The example of the reference libraries, https://github.com/standard-webhooks/standard-webhooks.
        var signature = new WebhookSignature(Options()).Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}"""));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);

        var options = Options();
        options.Secrets.Insert(0, Convert.ToBase64String(new byte[24]));
        var both = new WebhookSignature(options).Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")).Split(' ');
        Assert.Equal((2, signature), (both.Length, both[1]));
    }

    [Theory]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("not base64 at all, however long it is")]
    public void Should_refuse_a_secret_that_is_none_and_not_tell_it(string secret)
    {
        var options = new WebhookOptions();
        options.Secrets.Add(secret);
        var error = Assert.Throws<JobException>(() => new WebhookSignature(options));
        Assert.Contains("Webhooks.Secrets", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/hook?of=job", null)]
    [InlineData("http://EXAMPLE.com:8080/", null)]
    [InlineData("https://eu.hooks.example.org/", null)]
    [InlineData("https://hooks.example.org/", "does not name `hooks.example.org`")]
    [InlineData("https://evilhooks.example.org/", "does not name")]
    [InlineData("https://example.com.evil.org/", "does not name")]
    [InlineData("https://10.0.0.1/", "does not name")]
    [InlineData("https://user:secret@example.com/", "no user name")]
    [InlineData("ftp://example.com/", "http or https")]
    [InlineData("/relative", "http or https")]
    public void Should_go_only_to_hosts_that_are_allowed(string address, string? says)
    {
        var rules = new WebhookRules(Options("example.com", "*.hooks.example.org", "*.0.0.1"));
        var error = Record.Exception(() => rules.Require(new Uri(address, UriKind.RelativeOrAbsolute)));
        Assert.Equal(says is null, error is null);
        Assert.Contains(says ?? "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Should_go_nowhere_unless_somebody_is_named()
    {
        Assert.Contains("AllowedHosts", Assert.Throws<JobException>(() => new WebhookRules(new WebhookOptions()).Require(new Uri("https://example.com/"))).Message, StringComparison.Ordinal);
        var unsigned = Options("example.com");
        unsigned.Secrets.Clear();
        Assert.Contains("Secrets", Assert.Throws<JobException>(() => new WebhookRules(unsigned).Require(new Uri("https://example.com/"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("ff02::1")]
    public void Should_not_reach_into_private_networks_by_a_name(string address)
    {
        var rules = new WebhookRules(Options("*.example.com", "inside.example.com"));
        IPAddress[] both = [IPAddress.Parse(address), IPAddress.Parse("8.8.8.8")];
        Assert.Equal([both[1]], rules.Choose("some.example.com", both));
        Assert.Contains("private network", Assert.Throws<JobException>(() => rules.Choose("some.example.com", both[..1])).Message, StringComparison.Ordinal);
        Assert.Equal(both, rules.Choose("inside.example.com", both));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("223.255.255.254")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public void Should_reach_the_internet(string address) => Assert.Single(new WebhookRules(Options("*.example.com")).Choose("some.example.com", [IPAddress.Parse(address)]));

    private static WebhookOptions Options(params string[] hosts)
    {
        var options = new WebhookOptions();
        options.Secrets.Add(Secret);
        foreach (var host in hosts)
            options.AllowedHosts.Add(host);
        return options;
    }
}
