namespace Bus.Settings;

/// <summary>The broker's settings besides its address, section <c>Bus:RabbitMq</c>.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>Time between signs of life on the connection; a silent one is dropped after two. 1 s to 10 minutes. Default 15 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What the broker's management page calls our connection; null for the process's name.</summary>
    public string? ConnectionName { get; set; }

    /// <summary>Encryption of the connection.</summary>
    public RabbitMqTlsOptions Tls { get; set; } = new();
}
