namespace Bus.Services.Notifications;

/// <summary>How a connection to an SMTP server is secured.</summary>
public enum SmtpSecurity
{
    /// <summary>TLS from the first byte on port 465, and elsewhere STARTTLS, without which nothing is sent.</summary>
    Auto,

    /// <summary>STARTTLS; a server that does not offer it is refused.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Not at all: for a server on this machine.</summary>
    None,
}
