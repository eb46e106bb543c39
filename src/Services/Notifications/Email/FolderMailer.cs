using MimeKit;

namespace Bus.Services.Notifications.Email;

/// <summary>Writes each mail as <c>{id}.eml</c>, which mail programs open: for trying it out, and for a server that picks mail up. The same mail twice is the same file.</summary>
internal sealed class FolderMailer(string dataFolder) : IMailer
{
    private readonly OutputFolder _folder = new(dataFolder, "mail");

    public Task SendAsync(Guid id, MimeMessage mail, CancellationToken cancellationToken) =>
        _folder.WriteAsync($"{id:N}.eml", stream => mail.WriteToAsync(stream, cancellationToken));
}
