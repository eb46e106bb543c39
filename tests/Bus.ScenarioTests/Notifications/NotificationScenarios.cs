using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.ScenarioTests.Images;
using Bus.TestSupport;
using Bus.UnitTests.Services.Images;
using Xunit;

namespace Bus.ScenarioTests.Notifications;

/// <summary>What people who are told are promised, through the real host and real servers, whatever it runs on.</summary>
public abstract class NotificationScenarios : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Should_tell_by_every_channel_that_somebody_has_an_address_for()
    {
        await using var app = await StartAsync();
        var id = await app.AnnounceAsync(app.Person("ann"), new NotificationRecipient("bob", null, "bob@example.com"));
        await app.UntilAsync(id, "email", "sent", 2);
        await app.UntilAsync(id, "sms", "sent", 1);
        await app.UntilAsync(id, "push", "delivered", 1);

        var mail = Assert.Single(app.Smtp.Mails, text => text.Contains("X-Envelope-To: ann@example.com", StringComparison.Ordinal));
        Assert.Contains("Subject: News", mail, StringComparison.Ordinal);
        Assert.Contains("Hello Person ann,", mail, StringComparison.Ordinal);
        Assert.Contains("All is &lt;well&gt;.", mail, StringComparison.Ordinal);
        var view = await app.ShowAsync(id);
        Assert.Equal(("accepted", 4, 4, null), (view.Status, view.Total, view.Deliveries.Count, view.Next));
        Assert.Contains($"Message-Id: <{view.Deliveries.Single(x => x is { Channel: "email", Recipient: "ann" }).Id:N}@example.com>", mail, StringComparison.OrdinalIgnoreCase);
        var sms = Assert.Single(app.Sms.Taken);
        Assert.Equal(("/messages", "News: All is <well>."), (sms.Path, JsonDocument.Parse(sms.Body).RootElement.GetProperty("text").GetString()));
        Assert.Equal(view.Deliveries.Single(x => x.Channel == "sms").Id.ToString("D"), sms.Headers["Idempotency-Key"]);
        var push = Assert.Single(app.Push.Taken);
        var signed = $"{push.Headers["webhook-id"]}.{push.Headers["webhook-timestamp"]}.{push.Body}";
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(NotificationApp.Secret), System.Text.Encoding.UTF8.GetBytes(signed)))}", push.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Should_keep_other_channels_flowing_while_the_mail_server_is_down_and_send_each_mail_once_it_is_back()
    {
        await using var app = await StartAsync();
        await app.Smtp.DownAsync();
        NotificationRecipient[] people = [.. Enumerable.Range(1, 20).Select(number => app.Person($"p{number}"))];
        var id = await app.AnnounceAsync(people);
        await app.UntilAsync(id, "sms", "sent", 20);
        await app.UntilAsync(id, "push", "delivered", 20);
        Assert.Equal(20, (await app.ShowAsync(id)).Counts["email"]["waiting"]);

        await app.Smtp.UpAsync();
        await app.UntilAsync(id, "email", "sent", 20);
        Assert.Equal(20, app.Smtp.Mails.Count);
    }

    [Fact]
    public async Task Should_try_again_what_a_provider_puts_off_and_fail_what_it_refuses()
    {
        await using var app = await StartAsync();
        var calls = 0;
        app.Sms.Answer = (_, response) =>
        {
            var call = Interlocked.Increment(ref calls);
            if (call == 1)
                response.Headers.RetryAfter = "1";
            return call switch { 1 => 429, 2 => 500, _ => 200 };
        };
        app.Push.Answer = (call, _) => call.Path == "/gone" ? 410 : 200;
        var id = await app.AnnounceAsync(app.Person("refuse-550"), app.Person("busy-450-2"), app.Person("gone"));
        await app.UntilAsync(id, "sms", "sent", 3);
        await app.UntilAsync(id, "email", "sent", 2);
        await app.UntilAsync(id, "email", "failed", 1);
        await app.UntilAsync(id, "push", "failed", 1);

        Assert.Equal(3, app.Sms.Taken.Select(call => call.Headers["Idempotency-Key"]).Distinct().Count());
        var failed = (await app.ShowAsync(id, "?status=failed&channel=email")).Deliveries;
        Assert.Contains("There is nobody of that name", Assert.Single(failed).Reason, StringComparison.Ordinal);
        Assert.Contains("410", Assert.Single((await app.ShowAsync(id, "?status=failed&channel=push")).Deliveries).Reason, StringComparison.Ordinal);
        await Eventually.AssertAsync(async () => (await app.Http.GetStringAsync(ImageApp.Relative("/api/dead-letters"))).Contains("DeliverEmail", StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Should_refuse_what_can_be_told_to_nobody_and_say_why()
    {
        await using var app = await StartAsync();
        NotificationRecipient[] ann = [app.Person("ann")];
        await RefusedAsync(app, new { template = "no-such", recipients = ann }, "There is no template 'no-such'");
        await RefusedAsync(app, new { template = "announcement", recipients = ann, data = new { title = "T" } }, "were not sent: text");
        await RefusedAsync(app, new { template = "announcement", recipients = new[] { app.Person("x", "x@example.com\r\nBcc: y@example.com") }, data = new { title = "T", text = "t" } }, "line break");
        await RefusedAsync(app, new { template = "announcement", recipients = new[] { new NotificationRecipient("nobody", null, null) }, data = new { title = "T", text = "t" } }, "None of the recipients");
        await RefusedAsync(app, new { template = "announcement", recipients = new[] { ann[0], ann[0] }, data = new { title = "T", text = "t" } }, "twice");
        Assert.Empty(app.Smtp.Mails);
    }

    [Fact]
    public async Task Should_tell_nobody_twice_who_asks_again_with_the_same_id()
    {
        await using var app = await StartAsync();
        var notification = new { id = Guid.CreateVersion7(), template = "announcement", recipients = new[] { app.Person("ann") }, data = new { title = "T", text = "t" } };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.SendAsync(notification)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        await app.UntilAsync(notification.id, "email", "sent", 1);
        await app.UntilAsync(notification.id, "sms", "sent", 1);
        Assert.Single(app.Smtp.Mails);
        Assert.Single(app.Sms.Taken);
    }

    [Fact]
    public async Task Should_leave_alone_who_has_opted_out_also_of_what_waits()
    {
        await using var app = await StartAsync();
        await OptOutAsync(app, "ann", "email");
        app.Sms.Answer = (_, _) => 503;
        var id = await app.AnnounceAsync(app.Person("ann"));
        await app.UntilAsync(id, "email", "suppressed", 1);
        await Eventually.AssertAsync(() => !app.Sms.Refused.IsEmpty, Patience);
        await OptOutAsync(app, "ann", "sms");
        await app.UntilAsync(id, "sms", "suppressed", 1);
        Assert.Empty(app.Smtp.Mails);

        using var back = await app.Http.DeleteAsync(ImageApp.Relative("/api/notifications/opt-outs/ann/email"));
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        await app.UntilAsync(await app.AnnounceAsync(app.Person("ann")), "email", "sent", 1);
    }

    [Fact]
    public async Task Should_wait_for_the_end_of_quiet_hours_unless_it_is_urgent()
    {
        var now = TimeProvider.System.GetUtcNow();
        string Time(int hours) => now.AddHours(hours).ToString("HH:mm", CultureInfo.InvariantCulture);
        await using var app = await StartAsync($"--Bus:Notifications:Email:QuietFrom={Time(-1)}", $"--Bus:Notifications:Email:QuietTo={Time(2)}");
        var id = await app.AnnounceAsync(app.Person("ann"));
        using var urgent = await app.SendAsync(new { template = "order-confirmation", recipients = new[] { app.Person("bob") }, data = new { number = "A-1" } });
        await app.UntilAsync(id, "sms", "sent", 1);
        await Eventually.AssertAsync(() => app.Smtp.Mails.Count == 1, Patience);
        Assert.Contains("bob@example.com", Assert.Single(app.Smtp.Mails), StringComparison.Ordinal);
        Assert.Equal(1, (await app.ShowAsync(id)).Counts["email"]["waiting"]);
    }

    [Fact]
    public async Task Should_take_the_word_of_the_provider_once_and_only_if_it_is_signed()
    {
        await using var app = await StartAsync();
        var id = await app.AnnounceAsync(app.Person("ann"));
        await app.UntilAsync(id, "sms", "sent", 1);
        var sms = (await app.ShowAsync(id, "?channel=sms")).Deliveries.Single().Id;

        Assert.Equal(401, (await app.CallBackAsync(sms, "delivered", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))).Status);
        Assert.Equal(401, (await app.CallBackAsync(sms, "delivered", age: TimeSpan.FromMinutes(10))).Status);
        Assert.Equal(404, (await app.CallBackAsync(Guid.NewGuid(), "delivered")).Status);
        Assert.Equal(400, (await app.CallBackAsync(sms, "waiting")).Status);
        Assert.True((await app.CallBackAsync(sms, "delivered")).Answer.GetProperty("applied").GetBoolean());
        Assert.False((await app.CallBackAsync(sms, "delivered")).Answer.GetProperty("applied").GetBoolean());
        var (status, late) = await app.CallBackAsync(sms, "failed");
        Assert.Equal((200, "delivered"), (status, late.GetProperty("status").GetString()));
        Assert.Contains("too late", late.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_call_unconfirmed_what_the_provider_took_and_never_spoke_of()
    {
        await using var app = await StartAsync("--Bus:Notifications:Sms:ConfirmWithin=00:00:01");
        var id = await app.AnnounceAsync(app.Person("ann"));
        await app.UntilAsync(id, "sms", "unconfirmed", 1);
        await app.UntilAsync(id, "email", "sent", 1);
        var sms = Assert.Single((await app.ShowAsync(id, "?channel=sms")).Deliveries);
        Assert.Contains("said nothing more", sms.Reason, StringComparison.Ordinal);
        Assert.Single(app.Sms.Taken);
        Assert.True((await app.CallBackAsync(sms.Id, "delivered")).Answer.GetProperty("applied").GetBoolean());
    }

    [Fact]
    public async Task Should_tell_every_contact_of_an_audience_once()
    {
        await using var app = await StartAsync("--Bus:Notifications:BlockSize=50");
        var contacts = Enumerable.Range(1, 230).Select(number => new NotificationRecipient($"c{number:000}", null, $"c{number}@example.com")).Append(new NotificationRecipient("bad", null, "nobody"));
        for (var times = 0; times < 2; times++)
        {
            using var import = await app.Http.PostAsJsonAsync(ImageApp.Relative("/api/notifications/audiences/everybody/contacts"), contacts);
            var answer = await import.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal((230, 1), (answer.GetProperty("imported").GetInt32(), answer.GetProperty("refused").GetInt32()));
        }

        var id = Guid.CreateVersion7();
        using var accepted = await app.SendAsync(new { id, template = "announcement", audience = "everybody", data = new { title = "T", text = "t" } });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        await app.UntilAsync(id, "email", "sent", 230);
        Assert.Equal(("accepted", 230), await app.ShowAsync(id) is var view ? (view.Status, view.Total) : default);
        Assert.Equal(230, app.Smtp.Mails.Count);

        HashSet<Guid> seen = [];
        for (Guid? after = null; ;)
        {
            var page = await app.ShowAsync(id, after is null ? "?take=100" : $"?take=100&after={after}");
            Assert.All(page.Deliveries, delivery => Assert.True(seen.Add(delivery.Id)));
            if ((after = page.Next) is null)
                break;
        }

        Assert.Equal(230, seen.Count);
    }

    [Fact]
    public async Task Should_tell_who_uploads_a_photo_how_it_ended()
    {
        await using var app = await StartAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Photo()), "file", "holiday.jpg" }, { new StringContent("ann@example.com"), "notify" } };
        using var answer = await app.Http.PostAsync(ImageApp.Relative("/api/images"), form);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.AssertAsync(() => app.Smtp.Mails.Count == 1, Patience);
        Assert.Contains("Your photo holiday.jpg is ready", app.Smtp.Mails[0], StringComparison.Ordinal);

        using var wrong = new MultipartFormDataContent { { new StringContent("nobody"), "notify" }, { new ByteArrayContent(Photo()), "file", "holiday.jpg" } };
        using var refused = await app.Http.PostAsync(ImageApp.Relative("/api/images"), wrong);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected abstract IEnumerable<string> Settings { get; }

    private static byte[] Photo() => TestImages.Jpeg(TestImages.Plain(300, 200, TestImages.Red)).ToArray();

    private static async Task RefusedAsync(NotificationApp app, object notification, string why)
    {
        using var answer = await app.SendAsync(notification);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{answer.StatusCode}: {text}");
        Assert.Contains(why, JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task OptOutAsync(NotificationApp app, string recipient, string channel)
    {
        using var answer = await app.Http.PutAsync(ImageApp.Relative($"/api/notifications/opt-outs/{recipient}/{channel}"), null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private Task<NotificationApp> StartAsync(params string[] settings) => NotificationApp.StartAsync([$"--Bus:DataFolder={_folder["data"]}", .. Settings, .. settings]);
}
