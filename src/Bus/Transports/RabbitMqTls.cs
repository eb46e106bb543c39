using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bus.Settings;
using MassTransit;
using RabbitMQ.Client;

namespace Bus.Transports;

/// <summary>Carries the TLS settings over to MassTransit's host configurator.</summary>
internal static class RabbitMqTls
{
    public static void Apply(IRabbitMqHostConfigurator host, RabbitMqAddress address, RabbitMqTlsOptions tls)
    {
        if (!tls.Enabled && !address.Tls)
        {
            return;
        }

        host.UseSsl(ssl =>
        {
            // None leaves the version to the operating system, which knows what is safe today.
            ssl.Protocol = SslProtocols.None;
            ssl.ServerName = tls.ServerName ?? address.Host;
            // MassTransit would accept a certificate of anybody's making.
            ssl.EnforcePolicyErrors(
                SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable);
            if (tls.CaFile is not null)
            {
                ssl.CertificateValidationCallback = TrustOnly(tls.CaFile);
            }

            if (tls.ClientCertificateFile is not null)
            {
                ssl.Certificate = ClientCertificate(tls);
            }
        });
    }

    /// <summary>The same for a connection that MassTransit does not make.</summary>
    public static void Apply(ConnectionFactory factory, RabbitMqAddress address, RabbitMqTlsOptions tls)
    {
        if (!tls.Enabled && !address.Tls)
        {
            return;
        }

        factory.Ssl = new SslOption
        {
            Enabled = true,
            Version = SslProtocols.None,
            ServerName = tls.ServerName ?? address.Host,
            AcceptablePolicyErrors = SslPolicyErrors.None,
            CertificateValidationCallback = tls.CaFile is null ? null : TrustOnly(tls.CaFile),
            Certs = tls.ClientCertificateFile is null ? null : [ClientCertificate(tls)],
        };
    }

    public static IEnumerable<string> Errors(RabbitMqOptions options)
    {
        if (options.Heartbeat < TimeSpan.FromSeconds(1) || options.Heartbeat > TimeSpan.FromMinutes(10))
        {
            yield return $"`Bus:RabbitMq:Heartbeat` must be between 00:00:01 and 00:10:00, but was {options.Heartbeat}.";
        }

        (string Name, string? File)[] files =
        [
            (nameof(RabbitMqTlsOptions.CaFile), options.Tls.CaFile),
            (nameof(RabbitMqTlsOptions.ClientCertificateFile), options.Tls.ClientCertificateFile),
            (nameof(RabbitMqTlsOptions.ClientKeyFile), options.Tls.ClientKeyFile),
        ];
        foreach (var (name, file) in files)
        {
            if (file is not null && !File.Exists(file))
            {
                yield return $"`Bus:RabbitMq:Tls:{name}` must be a file that exists, but {file} does not.";
            }
        }

        if (File.Exists(options.Tls.CaFile) && !HoldsCertificate(options.Tls.CaFile))
        {
            yield return $"`Bus:RabbitMq:Tls:CaFile` must be a PEM file with a certificate, but {options.Tls.CaFile} holds none.";
        }

        if (options.Tls is { ClientKeyFile: not null, ClientCertificateFile: null })
        {
            yield return "`Bus:RabbitMq:Tls:ClientCertificateFile` must be set where `Bus:RabbitMq:Tls:ClientKeyFile` is, but was empty.";
        }
    }

    private static bool HoldsCertificate(string file)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(file);
            return found.Count > 0;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static RemoteCertificateValidationCallback TrustOnly(string caFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        return (_, certificate, _, errors) =>
        {
            // Only the chain is judged anew; a wrong name or no certificate stays an error.
            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            {
                return false;
            }

            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
        };
    }

    private static X509Certificate2 ClientCertificate(RabbitMqTlsOptions tls)
    {
        var file = tls.ClientCertificateFile!;
        if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, tls.ClientCertificatePassword);
        }

        try
        {
            return tls.ClientCertificatePassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, tls.ClientKeyFile)
                : X509Certificate2.CreateFromPemFile(file, tls.ClientKeyFile);
        }
        catch (CryptographicException error)
        {
            throw new InvalidOperationException(
                $"The client certificate {file} cannot be read: {error.Message} Check `Bus:RabbitMq:Tls:ClientKeyFile` and `Bus:RabbitMq:Tls:ClientCertificatePassword`.", error);
        }
    }
}
