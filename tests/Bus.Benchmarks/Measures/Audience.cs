using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.TestSupport;

namespace Bus.Benchmarks.Measures;

/// <summary>How fast an audience is written down, by the host as it is started with nothing set: one SQLite file for its data, one for its queues, api and worker in one process, e-mail written into a folder.</summary>
internal static class Audience
{
    private const int Block = 10_000;

    /// <param name="count">How many contacts, each with an e-mail address and a phone number.</param>
    public static async Task<object> MeasureAsync(int count)
    {
        using var folder = new TemporaryFolder();
        string[] settings = [$"--Bus:DataFolder={folder["data"]}"];
        await using var host = await HostProcess.Start(settings).StartedAsync();
        // What is told is not what is measured: nothing begins.
        foreach (var queue in new[] { "email", "sms" })
            (await host.PostAsync($"/api/queues/{queue}/pause", JsonContent.Create(new { }))).Dispose();
        var since = Stopwatch.GetTimestamp();
        for (var first = 0; first < count; first += Block)
            (await host.PostAsync("/api/notifications/audiences/all/contacts", JsonContent.Create(Enumerable.Range(first, Math.Min(Block, count - first)).Select(Contact)))).EnsureSuccessStatusCode().Dispose();
        var imported = Stopwatch.GetElapsedTime(since);
        var before = Memory(host.Id);

        var id = Guid.CreateVersion7();
        since = Stopwatch.GetTimestamp();
        (await host.PostAsync("/api/notifications", JsonContent.Create(new { id, template = "announcement", audience = "all", data = new { title = "T", text = "t" } }))).EnsureSuccessStatusCode().Dispose();
        var most = before;
        while (await StatusAsync(host, id) != "accepted")
        {
            most = Math.Max(most, Memory(host.Id));
            // The question counts all that is there: asked all the time it would be what is measured.
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }

        var took = Stopwatch.GetElapsedTime(since);
        return new
        {
            contacts = count,
            imported_per_s = Math.Round(count / imported.TotalSeconds),
            recipients_per_s = Math.Round(count / took.TotalSeconds),
            deliveries_per_s = Math.Round(2 * count / took.TotalSeconds),
            memory_mb_before = Math.Round(before),
            memory_mb_more = Math.Round(most - before),
        };
    }

    private static NotificationRecipient Contact(int number) => new($"contact-{number:0000000}", $"Contact {number}", $"contact{number}@example.com", $"+47{number:00000000}");

    private static double Memory(int process)
    {
        using var host = Process.GetProcessById(process);
        return host.WorkingSet64 / 1048576d;
    }

    private static async Task<string?> StatusAsync(HostProcess host, Guid id)
    {
        using var answer = await host.GetAsync($"/api/notifications/{id:D}?take=1");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString();
    }
}
