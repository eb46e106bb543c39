namespace Bus.Transports;

/// <summary>Where the broker is and who we are to it, from <c>amqp://user:password@host:port/virtual-host</c>.</summary>
internal sealed record RabbitMqAddress(string Host, ushort Port, string VirtualHost, string? User, string? Password, bool Tls)
{
    public static RabbitMqAddress Parse(string connectionString)
    {
        var uri = new Uri(connectionString);
        // MassTransit encrypts on the port of TLS whatever the scheme says, but without a look at who is there.
        var tls = uri.Scheme == "amqps" || uri.Port == 5671;
        var credentials = uri.UserInfo.Split(':', 2);
        var path = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        return new RabbitMqAddress(
            uri.Host,
            uri.Port > 0 ? (ushort)uri.Port : tls ? (ushort)5671 : (ushort)5672,
            path.Length == 0 ? "/" : path,
            uri.UserInfo.Length == 0 ? null : Uri.UnescapeDataString(credentials[0]),
            credentials.Length < 2 ? null : Uri.UnescapeDataString(credentials[1]),
            tls);
    }

    // The value itself is not repeated in an error: it carries a password.
    public static IEnumerable<string> Errors(string? connectionString)
    {
        if (connectionString is null)
        {
            yield return "`ConnectionStrings:RabbitMq` must be set for `Bus:Transport` = RabbitMq, for instance amqp://guest:guest@localhost:5672/, but was empty.";
        }
        else if (!Uri.TryCreate(connectionString, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
        {
            yield return "`ConnectionStrings:RabbitMq` must be an address such as amqp://user:password@host:5672/ or amqps://host/, but was something else.";
        }
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{(Tls ? "amqps" : "amqp")}://{Host}:{Port}/{(VirtualHost == "/" ? "" : Uri.EscapeDataString(VirtualHost))}";
}
