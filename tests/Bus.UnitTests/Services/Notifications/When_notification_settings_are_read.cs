using Bus.Jobs;
using Bus.Jobs.Handling;
using Bus.Services.Notifications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_notification_settings_are_read
{
    [Fact]
    public void Should_have_defaults_that_need_no_server()
    {
        var options = new NotificationOptions();
        Assert.Empty(new NotificationSettings(Of([])).Fill(options));
        Assert.Equal((null, 587, SmtpSecurity.Auto, null, 4), (options.Email.Host, options.Email.Port, options.Email.Security, options.Sms.Url, options.Push.Concurrency));
    }

    [Fact]
    public void Should_be_taken_as_they_are_given()
    {
        var options = new NotificationOptions();
        Assert.Empty(new NotificationSettings(Of(new()
        {
            ["Bus:Notifications:Email:Host"] = "mail",
            ["Bus:Notifications:Email:Security"] = "none",
            ["Bus:Notifications:Sms:QuietFrom"] = "22:00",
            ["Bus:Notifications:Sms:QuietTo"] = "07:30",
            ["Bus:Notifications:Sms:ConfirmWithin"] = "00:10:00",
            ["Bus:Notifications:BlockSize"] = "10",
        })).Fill(options));
        Assert.Equal(("mail", SmtpSecurity.None, new TimeOnly(7, 30), TimeSpan.FromMinutes(10), 10), (options.Email.Host, options.Email.Security, options.Sms.QuietTo, options.Sms.ConfirmWithin, options.BlockSize));
    }

    [Fact]
    public void Should_name_all_that_is_wrong_at_once_and_say_no_secret()
    {
        var errors = new NotificationSettings(Of(new()
        {
            ["Bus:Notifications:Email:Port"] = "0",
            ["Bus:Notifications:Email:From"] = "nobody",
            ["Bus:Notifications:Email:Security"] = "SSL",
            ["Bus:Notifications:Email:Pasword"] = "x",
            ["Bus:Notifications:Sms:QuietFrom"] = "22:00",
            ["Bus:Notifications:Sms:CallbackSecret"] = "short-secret",
            ["Bus:Notifications:Templates"] = "/nowhere",
            ["Bus:Notifications:Blocksize"] = "many",
            ["Bus:Notifications:Site"] = "here",
        })).Fill(new NotificationOptions());
        Assert.Equal(9, errors.Count);
        Assert.Contains("`Bus:Notifications:Email:Pasword` is not a setting", string.Join('\n', errors), StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, "2", 20)]
    [InlineData(64, "2", 64)]
    [InlineData(16, "1000", 256)]
    [InlineData(0, "2", 0)]
    public void Should_have_places_for_all_channels_in_half_of_those_of_the_process(int places, string emails, int expected)
    {
        var jobs = new JobsBuilder(new ServiceCollection(), new JobCatalog(), new JobsOptions { Concurrency = places });
        jobs.AddNotificationJobs(Of(new() { ["Bus:Notifications:Email:Concurrency"] = emails }));
        Assert.Equal(expected, jobs.Options.Concurrency);
    }

    private static IConfiguration Of(Dictionary<string, string?> settings) => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
}
