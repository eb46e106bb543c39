using Bus.Services.Notifications.Records;

namespace Bus.Services.Notifications.Delivering;

/// <summary>The queues of jobs, one a channel: the same in a process that only enqueues.</summary>
internal static class ChannelQueues
{
    /// <summary>Where audiences are written down, block by block.</summary>
    public const string Audiences = "notifications";

    /// <summary>The channel as the API calls it, and its queue.</summary>
    public static string Of(NotificationChannel channel) => channel switch
    {
        NotificationChannel.Email => "email",
        NotificationChannel.Sms => "sms",
        _ => "push",
    };

    public static string Words(IEnumerable<NotificationChannel> channels) => string.Join(", ", channels.Order().Select(Of));

    /// <summary>The settings of a channel.</summary>
    public static ChannelOptions Of(this NotificationOptions options, NotificationChannel channel) => channel switch
    {
        NotificationChannel.Email => options.Email,
        NotificationChannel.Sms => options.Sms,
        _ => options.Push,
    };
}
