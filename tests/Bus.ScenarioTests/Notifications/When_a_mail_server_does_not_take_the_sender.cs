using Bus.Services.Notifications;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Email;
using Bus.TestSupport;
using MimeKit;
using Xunit;

namespace Bus.ScenarioTests.Notifications;

public sealed class When_a_mail_server_does_not_take_the_sender
{
    [Theory]
    [InlineData("refuse-530@example.com", SmtpSecurity.None, "wants a user: set `Bus:Notifications:Email:User` and `Password`")]
    [InlineData("refuse-550@example.com", SmtpSecurity.None, "takes nothing from refuse-550@example.com: look at `Bus:Notifications:Email:From` and `User`")]
    [InlineData("shop@example.com", SmtpSecurity.StartTls, "does not offer what `Bus:Notifications:Email:Security` and `User` need")]
    [InlineData("shop@example.com", SmtpSecurity.Tls, "there is no secure connection. Look at `Bus:Notifications:Email:Port` and `Security`")]
    public async Task Should_blame_the_channel_and_name_the_setting(string from, SmtpSecurity security, string remedy)
    {
        await using var server = await TestSmtp.StartAsync();
        using var mailer = new SmtpMailer(new EmailOptions { Host = "127.0.0.1", Port = server.Port, Security = security, From = from }, TimeProvider.System);
        using var mail = new MimeMessage { From = { MailboxAddress.Parse(from) }, To = { MailboxAddress.Parse("kari@example.com") }, Body = new TextPart("plain") { Text = "Hello" } };
        var down = await Assert.ThrowsAsync<ChannelDownException>(() => mailer.SendAsync(Guid.NewGuid(), mail, TestContext.Current.CancellationToken));
        Assert.Contains(remedy, down.Message, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task Should_say_that_the_user_is_not_let_in()
    {
        await using var server = await TestSmtp.StartAsync();
        using var mailer = new SmtpMailer(new EmailOptions { Host = "127.0.0.1", Port = server.Port, Security = SmtpSecurity.None, User = "shop", Password = "not this one" }, TimeProvider.System);
        using var mail = new MimeMessage { From = { MailboxAddress.Parse("shop@example.com") }, To = { MailboxAddress.Parse("kari@example.com") }, Body = new TextPart("plain") { Text = "Hello" } };
        var down = await Assert.ThrowsAsync<ChannelDownException>(() => mailer.SendAsync(Guid.NewGuid(), mail, TestContext.Current.CancellationToken));
        Assert.Contains("does not let the user in. Look at `Bus:Notifications:Email:User` and `Password`", down.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not this one", down.Message, StringComparison.Ordinal);
    }
}
