namespace Bus.Services.Notifications;

/// <summary>Settings of notifications: section <c>Bus:Notifications</c>, except <see cref="DataFolder"/>, which is <c>Bus:DataFolder</c>.</summary>
public sealed class NotificationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Notifications";

    /// <summary>The setting that <see cref="DataFolder"/> is bound from.</summary>
    public const string DataFolderKey = "Bus:DataFolder";

    internal string DataFolder { get; set; } = "./data";

    /// <summary>Folder of templates, each a folder of its own, which come before the built-in ones of the same name; null, the default, for the built-in ones alone. Read once, at the start.</summary>
    public string? Templates { get; set; }

    /// <summary>Where people reach the site, an http or https address without a slash at its end: the field <c>site</c> of every template. Default <c>http://localhost:5080</c>.</summary>
    public string Site { get; set; } = "http://localhost:5080";

    /// <summary>How many contacts of an audience are written down with one commit, 1 to 2,000. Default 1,000.</summary>
    public int BlockSize { get; set; } = 1_000;

    /// <summary>How long notifications and their deliveries are kept, at least 2 days, and in any case while one waits; 0 for ever. Default 90 days.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(90);

    /// <summary>E-mail.</summary>
    public EmailOptions Email { get; } = new();

    /// <summary>Text messages.</summary>
    public SmsOptions Sms { get; } = new();

    /// <summary>Signed webhooks.</summary>
    public PushOptions Push { get; } = new();
}
