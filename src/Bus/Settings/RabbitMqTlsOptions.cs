namespace Bus.Settings;

/// <summary>Encryption of the connection to the broker, section <c>Bus:RabbitMq:Tls</c>. An address with <c>amqps://</c> switches it on too.</summary>
public sealed class RabbitMqTlsOptions
{
    /// <summary>Whether to encrypt. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>The name that the broker's certificate must carry; null for the host of the address.</summary>
    public string? ServerName { get; set; }

    /// <summary>A PEM file with the authorities to trust instead of the machine's; null for the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Our own certificate, PEM or PFX; null to present none.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>The private key of a PEM certificate; null if it is in <see cref="ClientCertificateFile"/>.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>The password of the key or PFX file; null if it has none. Never logged.</summary>
    public string? ClientCertificatePassword { get; set; }
}
