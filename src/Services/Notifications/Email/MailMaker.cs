using Bus.Services.Notifications.Templates;
using MimeKit;

namespace Bus.Services.Notifications.Email;

/// <summary>Makes a mail of a message. Every attempt of one delivery has the same Message-Id, so that a mailbox can tell two copies from two mails. Pure but for the clock.</summary>
internal static class MailMaker
{
    public static MimeMessage Make(FilledMessage message, EmailOptions options, TimeProvider clock)
    {
        var mail = new MimeMessage
        {
            MessageId = $"{message.Id:N}@{options.From[(options.From.LastIndexOf('@') + 1)..]}",
            Date = clock.GetUtcNow(),
            Subject = message.Title,
            Body = new BodyBuilder { TextBody = message.Text, HtmlBody = message.Html }.ToMessageBody(),
        };
        mail.From.Add(new MailboxAddress(options.FromName, options.From));
        mail.To.Add(new MailboxAddress(message.Name, message.To));
        // So that nobody's out-of-office answers it (RFC 3834).
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }
}
