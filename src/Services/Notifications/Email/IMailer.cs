using MimeKit;

namespace Bus.Services.Notifications.Email;

/// <summary>Where mail goes. Thread-safe. The same mail twice is for the other side to tell by its Message-Id.</summary>
internal interface IMailer
{
    /// <summary>Returns when the other side has taken the mail, or it is on disk.</summary>
    /// <exception cref="Delivering.DeliveryRefusedException">It will not be taken, however often it is tried.</exception>
    /// <exception cref="Delivering.ChannelDownException">Nobody's mail can be sent now.</exception>
    Task SendAsync(Guid id, MimeMessage mail, CancellationToken cancellationToken);
}
