using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Http;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Notifications;

/// <summary>kill -9 between the blocks of an audience.</summary>
public sealed class When_a_process_dies_writing_an_audience_down : IDisposable
{
    private const int Contacts = 600;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("job.turn.after", 6)]
    [InlineData("commit.before", 3)]
    [InlineData(null, 0)]
    public async Task Should_tell_each_once_when_another_goes_on(string? point, int times)
    {
        var id = Guid.CreateVersion7();
        await using (var first = await HostProcess.Start(Settings("api")).StartedAsync())
        {
            using var import = await first.PostAsync("/api/notifications/audiences/all/contacts", JsonContent.Create(Enumerable.Range(1, Contacts).Select(number => new NotificationRecipient($"c{number}", null, $"c{number}@example.com"))));
            Assert.True(import.IsSuccessStatusCode);
            using var accepted = await first.PostAsync("/api/notifications", JsonContent.Create(new { id, template = "announcement", audience = "all", data = new { title = "T", text = "t" } }));
            Assert.True(accepted.IsSuccessStatusCode);
        }

        await using (var dying = HostProcess.Start(Settings("api,worker"), point is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["BUS_FAULT_POINT"] = $"{point}:{times}" }))
        {
            if (point is null)
            {
                await dying.StartedAsync();
                await Eventually.AssertAsync(async () => (await ShowAsync(dying, id)).Total is > 0 and < Contacts, TimeSpan.FromSeconds(60));
                await dying.KillAsync();
            }
            else
            {
                Assert.Equal(137, await dying.WaitForExitAsync(TimeSpan.FromSeconds(90)));
            }
        }

        await using var second = await HostProcess.Start(Settings("api,worker")).StartedAsync();
        await Eventually.AssertAsync(async () => (await ShowAsync(second, id)).Counts.GetValueOrDefault("email")?.GetValueOrDefault("sent") == Contacts, TimeSpan.FromSeconds(120));
        Assert.Equal(("accepted", Contacts), await ShowAsync(second, id) is var view ? (view.Status, view.Total) : default);
        Assert.Equal(Contacts, Directory.EnumerateFiles(_folder["data/mail"], "*.eml").Count());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<NotificationView> ShowAsync(HostProcess host, Guid id)
    {
        using var answer = await host.GetAsync($"/api/notifications/{id:D}");
        return JsonSerializer.Deserialize<NotificationView>(await answer.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
    }

    private string[] Settings(string roles) => [$"--Bus:DataFolder={_folder["data"]}", $"--Bus:Roles={roles}", "--Bus:Notifications:BlockSize=10"];
}
