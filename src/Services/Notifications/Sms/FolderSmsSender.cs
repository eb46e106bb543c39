using System.Text.Json;

namespace Bus.Services.Notifications.Sms;

/// <summary>Writes each message as <c>{id}.json</c>, for trying it out. The same message twice is the same file.</summary>
internal sealed class FolderSmsSender(string dataFolder) : ISmsSender
{
    private readonly OutputFolder _folder = new(dataFolder, "sms");

    public async Task<string?> SendAsync(Guid id, string to, string text, CancellationToken cancellationToken)
    {
        await _folder.WriteAsync($"{id:N}.json", stream => JsonSerializer.SerializeAsync(stream, new { id, to, text }, cancellationToken: cancellationToken));
        return null;
    }
}
