namespace Bus.Services.Notifications;

/// <summary>How e-mail is sent: section <c>Bus:Notifications:Email</c>.</summary>
public sealed class EmailOptions : ChannelOptions
{
    /// <summary>The SMTP server; null, the default, writes each mail as an .eml file into <c>mail</c> below <c>Bus:DataFolder</c> instead.</summary>
    public string? Host { get; set; }

    /// <summary>Its port, 1 to 65,535. Default 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary>How the connection is secured. Default <see cref="SmtpSecurity.Auto"/>.</summary>
    public SmtpSecurity Security { get; set; }

    /// <summary>Who logs in; null, the default, for nobody.</summary>
    public string? User { get; set; }

    /// <summary>With which password; needed where there is a <see cref="User"/>.</summary>
    public string? Password { get; set; }

    /// <summary>The address that mails come from. Default <c>noreply@localhost.localdomain</c>.</summary>
    public string From { get; set; } = "noreply@localhost.localdomain";

    /// <summary>The name that mails come from; null, the default, for the address alone.</summary>
    public string? FromName { get; set; }

    /// <summary>How long a connection, a command or an answer may take, 1 s to 10 minutes. Default 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
