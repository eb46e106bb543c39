using System.Collections.Concurrent;
using System.Net.Sockets;
using Bus.Services.Notifications.Delivering;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Bus.Services.Notifications.Email;

/// <summary>
/// Sends over SMTP, and keeps connections for the next mail. 4xx is tried again; 5xx refuses the mail for good, except while greeting and logging in, where it tells of the server or the settings and not of the mail.
/// </summary>
internal sealed class SmtpMailer(EmailOptions options, TimeProvider clock) : IMailer, IDisposable
{
    // Servers close idle connections; one that is younger is used without a question.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private const int ServiceNotAvailable = 421;
    private const int FirstPermanent = 500;
    private const int MailTooLong = 552;

    private readonly ConcurrentBag<(SmtpClient Client, long Since)> _kept = [];

    public async Task SendAsync(Guid id, MimeMessage mail, CancellationToken cancellationToken)
    {
        var client = await ConnectedAsync(cancellationToken);
        try
        {
            await client.SendAsync(mail, cancellationToken);
            _kept.Add((client, clock.GetTimestamp()));
        }
        catch (Exception failed)
        {
            client.Dispose();
            if (failed is SmtpCommandException refused)
                throw Explain(refused);
            if (failed is ServiceNotAuthenticatedException)
                throw new ChannelDownException($"The SMTP server {options.Host}:{options.Port} wants a user: set `{NotificationOptions.Section}:Email:User` and `Password`. ({failed.Message})", failed);
            throw;
        }
    }

    public void Dispose()
    {
        while (_kept.TryTake(out var kept))
            kept.Client.Dispose();
    }

    private async Task<SmtpClient> ConnectedAsync(CancellationToken cancellationToken)
    {
        while (_kept.TryTake(out var kept))
        {
            if (kept.Client.IsConnected && clock.GetElapsedTime(kept.Since) < Idle)
                return kept.Client;
            kept.Client.Dispose();
        }

        var client = new SmtpClient { Timeout = (int)options.Timeout.TotalMilliseconds };
        try
        {
            await client.ConnectAsync(options.Host!, options.Port, Security(), cancellationToken);
            if (options.User is not null)
                await client.AuthenticateAsync(options.User, options.Password!, cancellationToken);
            return client;
        }
        catch (Exception failed)
        {
            client.Dispose();
            if (Reason(failed) is { } reason)
                throw new ChannelDownException($"The SMTP server {options.Host}:{options.Port} cannot be used: {reason}", failed);
            throw;
        }
    }

    private SecureSocketOptions Security() => options.Security switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => options.Port == 465 ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls,
    };

    private static string? Reason(Exception failed) => failed switch
    {
        SocketException or IOException or TimeoutException or SmtpProtocolException or SmtpCommandException => failed.Message,
        AuthenticationException => $"it does not let the user in. Look at `{NotificationOptions.Section}:Email:User` and `Password`. ({failed.Message})",
        SslHandshakeException => $"there is no secure connection. Look at `{NotificationOptions.Section}:Email:Port` and `Security`, and at its certificate. ({failed.Message})",
        NotSupportedException => $"it does not offer what `{NotificationOptions.Section}:Email:Security` and `User` need. ({failed.Message})",
        _ => null,
    };

    private Exception Explain(SmtpCommandException refused) => (int)refused.StatusCode switch
    {
        // Too long a mail is refused there, too.
        not MailTooLong when refused.ErrorCode == SmtpErrorCode.SenderNotAccepted => new ChannelDownException(
            $"The SMTP server {options.Host}:{options.Port} takes nothing from {options.From}: look at `{NotificationOptions.Section}:Email:From` and `User`. ({refused.Message})", refused),
        ServiceNotAvailable => new ChannelDownException($"The SMTP server {options.Host}:{options.Port} takes nothing now: {refused.Message}", refused),
        >= FirstPermanent => new DeliveryRefusedException($"The SMTP server refuses the mail ({(int)refused.StatusCode}): {refused.Message}", refused),
        _ => refused,
    };
}
