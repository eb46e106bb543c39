using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Records;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_a_recipient_is_checked
{
    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("ann.b+tag@mail.example.co")]
    [InlineData("o'brien@localhost")]
    public void Should_take_an_address(string address) => Assert.Null(RecipientChecks.Refusal(NotificationChannel.Email, address));

    [Theory]
    [InlineData("ann", "no e-mail address")]
    [InlineData("@example.com", "no e-mail address")]
    [InlineData("ann@", "no e-mail address")]
    [InlineData("ann@example..com", "no e-mail address")]
    [InlineData("a b@example.com", "no e-mail address")]
    [InlineData("ann@example.com, bob@example.com", "no e-mail address")]
    [InlineData("Ann <ann@example.com>", "no e-mail address")]
    [InlineData("ann@example.com\r\nBcc: bob@example.com", "line break")]
    public void Should_refuse_what_is_none_or_would_be_more_than_one(string address, string why) => Assert.Contains(why, RecipientChecks.Refusal(NotificationChannel.Email, address), StringComparison.Ordinal);

    [Theory]
    [InlineData("+4712345678", true)]
    [InlineData("4712345678", false)]
    [InlineData("+0712345678", false)]
    [InlineData("+47 123", false)]
    [InlineData("+4712345678901234", false)]
    public void Should_take_numbers_in_the_international_form(string number, bool isTaken) => Assert.Equal(isTaken, RecipientChecks.Refusal(NotificationChannel.Sms, number) is null);

    [Theory]
    [InlineData("https://example.com/push", true)]
    [InlineData("ftp://example.com", false)]
    [InlineData("https://user:secret@example.com", false)]
    [InlineData("/push", false)]
    public void Should_take_web_addresses(string url, bool isTaken) => Assert.Equal(isTaken, RecipientChecks.Refusal(NotificationChannel.Push, url) is null);

    [Fact]
    public void Should_refuse_a_host_that_dns_cannot_hold()
    {
        // Short enough as it stands, and too long as DNS writes it.
        var label = string.Concat(Enumerable.Range(0, 50).Select(number => (char)('\u4E00' + (number * 97))));
        Assert.NotNull(RecipientChecks.Refusal(NotificationChannel.Push, $"https://{label}.example/push"));
    }

    [Fact]
    public void Should_refuse_what_a_database_cannot_hold()
    {
        var half = "ann" + '\uD800';
        Assert.NotNull(RecipientChecks.IdRefusal(half));
        Assert.NotNull(RecipientChecks.Refusal(new NotificationRecipient("1", half, null)));
        Assert.NotNull(RecipientChecks.Refusal(NotificationChannel.Push, $"https://example.com/{half}"));
        Assert.Equal(("ann\uFFFD", "a\uFFFDb", "ab", "\U0001F600"), (StoredText.Of(half, 10), StoredText.Of("a\0b", 10), StoredText.Of("ab\U0001F600", 3), StoredText.Of("\U0001F600", 2)));
    }

    [Theory]
    [InlineData("", null, null, "id")]
    [InlineData("ann ", null, null, "blanks at its ends")]
    [InlineData("1", "Ann\nBcc: x", null, "name with a line break")]
    [InlineData("1", "Ann", "Nowhere/Land", "time zone")]
    public void Should_refuse_who_could_not_be_told_at_all(string id, string? name, string? zone, string why) =>
        Assert.Contains(why, RecipientChecks.Refusal(new NotificationRecipient(id, name, "ann@example.com", TimeZone: zone)), StringComparison.Ordinal);

    [Fact]
    public void Should_give_each_delivery_an_id_that_follows_from_what_it_is()
    {
        var notification = Guid.CreateVersion7();
        var id = DeliveryId.Of(notification, "ann", NotificationChannel.Email);
        Assert.Equal(id, DeliveryId.Of(notification, "ann", NotificationChannel.Email));
        Assert.Equal(4, new[] { id, DeliveryId.Of(notification, "ann", NotificationChannel.Sms), DeliveryId.Of(notification, "bob", NotificationChannel.Email), DeliveryId.Of(Guid.CreateVersion7(), "ann", NotificationChannel.Email) }.Distinct().Count());
        Assert.Equal((8, notification.ToString()[..13]), (id.Version, id.ToString()[..13]));
    }
}
