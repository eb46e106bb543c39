using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bus.Settings;
using Bus.Transports;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_the_broker_wants_TLS : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bus-tls-").FullName;

    [Theory]
    [InlineData("amqp://broker/", false)]
    [InlineData("amqp://broker:5672/", false)]
    [InlineData("amqps://broker/", true)]
    [InlineData("amqps://broker:5999/", true)]
    [InlineData("amqp://broker:5671/", true)]
    public void Should_encrypt_as_the_address_says(string address, bool encrypted) => Assert.Equal(encrypted, Apply(address, new RabbitMqTlsOptions()).Ssl);

    [Fact]
    public void Should_encrypt_as_the_settings_say() => Assert.True(Apply("amqp://broker/", new RabbitMqTlsOptions { Enabled = true }).Ssl);

    [Theory]
    [InlineData("amqps://broker/")]
    [InlineData("amqp://broker:5671/")]
    public void Should_accept_no_certificate_that_the_machine_does_not_trust(string address)
    {
        var host = Apply(address, new RabbitMqTlsOptions());

        Assert.Equal(SslPolicyErrors.None, host.AcceptablePolicyErrors);
        Assert.Null(host.CertificateValidationCallback);
        Assert.Equal("broker", host.SslServerName);
        Assert.Equal(SslProtocols.None, host.SslProtocol);
        Assert.Null(host.ClientCertificate);
    }

    [Fact]
    public void Should_ask_for_another_name_where_one_is_set() =>
        Assert.Equal("rabbit.example.org", Apply("amqps://10.0.0.7/", new RabbitMqTlsOptions { ServerName = "rabbit.example.org" }).SslServerName);

    [Theory]
    [InlineData("amqp://ada:se%2Fcret@broker/shop", false, false)]
    [InlineData("amqps://ada:se%2Fcret@broker/shop", false, true)]
    [InlineData("amqp://ada:se%2Fcret@broker/shop", true, true)]
    public void Should_connect_the_intake_of_dead_letters_as_the_bus(string address, bool enabled, bool encrypted)
    {
        using var own = Authority("us");
        using var key = own.GetRSAPrivateKey()!;
        var options = new RabbitMqOptions { Heartbeat = TimeSpan.FromSeconds(7), ConnectionName = "shop", Tls = { Enabled = enabled, ServerName = "rabbit.example.org" } };
        options.Tls.CaFile = Write("ca.pem", own.ExportCertificatePem());
        options.Tls.ClientCertificateFile = Write("own.pem", own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        var (intake, bus) = (RabbitMqDeadLetterQueues.Factory(address, options), Apply(address, options.Tls));

        Assert.Equal((bus.Host, bus.Port, bus.VirtualHost), (intake.HostName, intake.Port, intake.VirtualHost));
        Assert.Equal(("ada", "se/cret", options.Heartbeat), (intake.UserName, intake.Password, intake.RequestedHeartbeat));
        Assert.Equal((encrypted, encrypted), (intake.Ssl.Enabled, bus.Ssl));
        if (!encrypted)
            return;
        Assert.Equal((bus.SslServerName, bus.SslProtocol, SslPolicyErrors.None), (intake.Ssl.ServerName, intake.Ssl.Version, intake.Ssl.AcceptablePolicyErrors));
        Assert.Equal(((X509Certificate2)bus.ClientCertificate!).Thumbprint, Assert.IsType<X509Certificate2>(Assert.Single(intake.Ssl.Certs!)).Thumbprint);
        using var good = Signed(own, "broker");
        using var others = Authority("others");
        using var bad = Signed(others, "broker");
        Assert.True(intake.Ssl.CertificateValidationCallback!(this, good, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(intake.Ssl.CertificateValidationCallback!(this, bad, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void Should_trust_only_the_authorities_that_are_named()
    {
        using var ours = Authority("ours");
        using var others = Authority("others");
        using var good = Signed(ours, "broker");
        using var bad = Signed(others, "broker");

        var accepts = Apply("amqps://broker/", new RabbitMqTlsOptions { CaFile = Write("ca.pem", ours.ExportCertificatePem()) }).CertificateValidationCallback!;

        Assert.True(accepts(this, good, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(accepts(this, bad, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(accepts(this, bad, null, SslPolicyErrors.None));
        Assert.False(accepts(this, good, null, SslPolicyErrors.RemoteCertificateNameMismatch));
        Assert.False(accepts(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable));
    }

    [Theory]
    [InlineData("one.pem", null)]
    [InlineData("two.pem", null)]
    [InlineData("locked.pem", "open sesame")]
    [InlineData("store.pfx", "open sesame")]
    public void Should_present_our_own_certificate(string file, string? password)
    {
        using var own = Authority("us");
        using var key = own.GetRSAPrivateKey()!;
        var (pem, plain) = (own.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        var keyFile = file == "two.pem" ? Write("key.pem", plain) : null;
        var path = file switch
        {
            "one.pem" => Write(file, pem + "\n" + plain),
            "locked.pem" => Write(file, pem + "\n" + key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))),
            "store.pfx" => Write(file, own.Export(X509ContentType.Pfx, password)),
            _ => Write(file, pem),
        };

        var host = Apply("amqps://broker/", new RabbitMqTlsOptions { ClientCertificateFile = path, ClientKeyFile = keyFile, ClientCertificatePassword = password });

        var presented = Assert.IsType<X509Certificate2>(host.ClientCertificate);
        Assert.Equal(own.Thumbprint, presented.Thumbprint);
        Assert.True(presented.HasPrivateKey);
    }

    [Fact]
    public void Should_say_which_certificate_cannot_be_read_and_not_the_password()
    {
        var file = Write("own.pem", "no certificate");

        var error = Assert.Throws<InvalidOperationException>(() =>
            Apply("amqps://broker/", new RabbitMqTlsOptions { ClientCertificateFile = file, ClientCertificatePassword = "open sesame" }));

        Assert.Contains($"The client certificate {file} cannot be read", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_list_every_wrong_setting_at_the_start()
    {
        var errors = await ErrorsOf(
            ("Bus:RabbitMq:Heartbeat", "00:00:00"), ("Bus:RabbitMq:Tls:Enabled", "perhaps"), ("Bus:RabbitMq:Tls:CaFile", "/nowhere/ca.pem"),
            ("Bus:RabbitMq:Tls:ClientKeyFile", "/nowhere/key.pem"), ("Bus:RabbitMq:Tls:ServerNam", "broker"));

        Assert.Collection(errors.Order(StringComparer.Ordinal),
            error => Assert.Equal("`Bus:RabbitMq:Heartbeat` must be between 00:00:01 and 00:10:00, but was 00:00:00.", error),
            error => Assert.Equal("`Bus:RabbitMq:Tls:CaFile` must be a file that exists, but /nowhere/ca.pem does not.", error),
            error => Assert.Equal("`Bus:RabbitMq:Tls:ClientCertificateFile` must be set where `Bus:RabbitMq:Tls:ClientKeyFile` is, but was empty.", error),
            error => Assert.Equal("`Bus:RabbitMq:Tls:ClientKeyFile` must be a file that exists, but /nowhere/key.pem does not.", error),
            error => Assert.StartsWith("`Bus:RabbitMq:Tls:Enabled` must be ", error, StringComparison.Ordinal),
            error => Assert.Equal("`Bus:RabbitMq:Tls:ServerNam` is not a setting of Bus. Did you mean `Bus:RabbitMq:Tls:ServerName`?", error));
    }

    [Fact]
    public async Task Should_not_start_with_authorities_that_are_none()
    {
        var file = Write("ca.pem", "no certificate");

        var error = Assert.Single(await ErrorsOf(("Bus:RabbitMq:Tls:CaFile", file)));

        Assert.Equal($"`Bus:RabbitMq:Tls:CaFile` must be a PEM file with a certificate, but {file} holds none.", error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RabbitMqHostSettings Apply(string address, RabbitMqTlsOptions tls)
    {
        var parsed = RabbitMqAddress.Parse(address);
        var host = new RabbitMqHostConfigurator(parsed.Host, parsed.VirtualHost, parsed.Port);
        RabbitMqTls.Apply(host, parsed, tls);
        return host.Settings;
    }

    private static async Task<IEnumerable<string>> ErrorsOf(params (string, string?)[] settings)
    {
        await using var host = BusHost.Build(_ => { }, [("Bus:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", "amqps://broker/"), .. settings]);
        return (await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync)).Failures;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        return request.Create(authority, now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
    }

    private string Write(string name, string text) => Write(name, System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
