using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.ScenarioTests.Images;
using Bus.Services.Notifications.Http;
using Bus.TestSupport;

namespace Bus.ScenarioTests.Notifications;

/// <summary>The real host with a real SMTP server, an SMS provider and a receiver of webhooks.</summary>
internal sealed class NotificationApp : IAsyncDisposable
{
    public static readonly string Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Channels = ["Email", "Sms", "Push"];

    private ImageApp _app = null!;

    private NotificationApp(TestSmtp smtp, TestProvider sms, TestProvider push) => (Smtp, Sms, Push) = (smtp, sms, push);

    public TestSmtp Smtp { get; }

    public TestProvider Sms { get; }

    public TestProvider Push { get; }

    public ImageApp Host => _app;

    public HttpClient Http => _app.Http;

    public static async Task<NotificationApp> StartAsync(IEnumerable<string> settings)
    {
        var app = new NotificationApp(await TestSmtp.StartAsync(), await TestProvider.StartAsync(), await TestProvider.StartAsync());
        app._app = await ImageApp.StartAsync(
        [
            "--Bus:Notifications:Email:Host=127.0.0.1", $"--Bus:Notifications:Email:Port={app.Smtp.Port}", "--Bus:Notifications:Email:Security=None", "--Bus:Notifications:Email:From=shop@example.com",
            $"--Bus:Notifications:Sms:Url={app.Sms.Url}", $"--Bus:Notifications:Sms:CallbackSecret={Secret}", "--Bus:Notifications:Push:AllowedHosts=127.0.0.1", $"--Bus:Notifications:Push:Secrets={Secret}",
            .. Channels.SelectMany(channel => new[] { $"--Bus:Notifications:{channel}:FirstDelay=00:00:00.1", $"--Bus:Notifications:{channel}:Rest=00:00:01" }),
            .. settings,
        ]);
        return app;
    }

    public NotificationRecipient Person(string id, string? email = null) => new(id, $"Person {id}", email ?? $"{id}@example.com", "+4712345678", $"{Push.Url}/{id}");

    public Task<HttpResponseMessage> SendAsync(object notification) => Http.PostAsJsonAsync(ImageApp.Relative("/api/notifications"), notification);

    /// <summary>Announces something, which is accepted.</summary>
    public async Task<Guid> AnnounceAsync(params NotificationRecipient[] recipients)
    {
        using var answer = await SendAsync(new { template = "announcement", recipients, data = new { title = "News", text = "All is <well>." } });
        Xunit.Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<NotificationView>())!.Id;
    }

    public async Task<NotificationView> ShowAsync(Guid id, string query = "") => (await Http.GetFromJsonAsync<NotificationView>(ImageApp.Relative($"/api/notifications/{id:D}{query}")))!;

    /// <summary>Waits until so many deliveries of a channel have a status.</summary>
    public Task UntilAsync(Guid id, string channel, string status, int count) => Eventually.AssertAsync(
        async () => (await ShowAsync(id)).Counts.GetValueOrDefault(channel)?.GetValueOrDefault(status) == count, Patience);

    /// <summary>Calls back as the SMS provider does.</summary>
    public async Task<(int Status, JsonElement Answer)> CallBackAsync(Guid delivery, string status, string? secret = null, TimeSpan age = default)
    {
        var body = JsonSerializer.Serialize(new { id = delivery, status, reason = "As told." });
        var time = (TimeProvider.System.GetUtcNow() - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, ImageApp.Relative("/api/notifications/callbacks/sms")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", "call");
        request.Headers.Add("webhook-timestamp", time);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret ?? Secret), Encoding.UTF8.GetBytes($"call.{time}.{body}")))}");
        using var answer = await Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Smtp.DisposeAsync();
        await Sms.DisposeAsync();
        await Push.DisposeAsync();
    }
}
