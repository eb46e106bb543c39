using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_a_template_is_filled
{
    [Theory]
    [InlineData("Hello {{name}}!", "Hello Ann & <b>!")]
    [InlineData("Hello {{ name }}!", "Hello Ann & <b>!")]
    [InlineData("Hello {{nobody|there}}!", "Hello there!")]
    [InlineData("Hello {{nobody|}}!", "Hello !")]
    [InlineData("No {field} and no }} either", "No {field} and no }} either")]
    public void Should_put_values_in_the_place_of_fields(string source, string expected) =>
        Assert.Equal(expected, TemplateText.Parse(source, isHtml: false).Fill(field => field == "name" ? "Ann & <b>" : null));

    [Fact]
    public void Should_encode_values_in_html_and_nothing_else() =>
        Assert.Equal("<p>&lt;script&gt;&amp;&quot;</p>", TemplateText.Parse("<p>{{x}}</p>", isHtml: true).Fill(_ => "<script>&\""));

    [Fact]
    public void Should_put_nothing_of_a_value_into_another_field() => Assert.Equal("{{b}}", TemplateText.Parse("{{a}}", isHtml: false).Fill(field => field == "a" ? "{{b}}" : "wrong"));

    [Theory]
    [InlineData("{{}}")]
    [InlineData("{{two words}}")]
    [InlineData("{{open")]
    [InlineData("{{1st}}")]
    public void Should_refuse_braces_that_hold_no_field(string source) => Assert.Contains("holds no field", Assert.Throws<FormatException>(() => TemplateText.Parse(source, isHtml: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_name_the_fields_that_are_missing_and_none_that_are_known_anyway()
    {
        var template = Read(("email.txt", "Subject: {{title}}\n\nHello {{name}} at {{site}}, {{text}} {{more|or less}}"));
        Assert.Equal(["title", "text"], template.Missing(new Dictionary<string, string>(StringComparer.Ordinal)));
        Assert.Equal(["text"], template.Missing(new Dictionary<string, string>(StringComparer.Ordinal) { ["title"] = "T", ["text"] = "" }));
    }

    [Fact]
    public void Should_have_the_channels_that_it_has_files_for_and_be_urgent_where_it_says_so()
    {
        var template = Read(("email.txt", "Subject: S\nUrgent: yes\n\nText\n\nMore"), ("email.html", "<b>Text</b>"), ("sms.txt", "Short: with a colon"));
        var (email, sms) = (template.Parts[NotificationChannel.Email], template.Parts[NotificationChannel.Sms]);
        Assert.Equal(("S", "Text\n\nMore\n", "<b>Text</b>", true), (email.Title!.Fill(_ => null), email.Text.Fill(_ => null), email.Html!.Fill(_ => null), email.Urgent));
        Assert.Equal(("Short: with a colon", null, false), (sms.Text.Fill(_ => null), sms.Title, sms.Urgent));
        Assert.DoesNotContain(NotificationChannel.Push, template.Parts.Keys);
    }

    [Theory]
    [InlineData("email.txt", "No subject", "Subject: …")]
    [InlineData("email.txt", "Subject: S\nText", "line 2 must be empty")]
    [InlineData("email.html", "<p>", "email.txt beside it")]
    [InlineData("letter.txt", "Dear", "must be named")]
    [InlineData("sms.txt", " ", "no text")]
    public void Should_say_which_file_is_wrong_and_how(string file, string text, string expected)
    {
        var wrong = Assert.Throws<FormatException>(() => Read((file, text)));
        Assert.Contains($"Template 'mine', {file}", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_have_those_that_are_built_in()
    {
        var store = new TemplateStore(null);
        Assert.Equal(["announcement", "image-failed", "image-ready", "order-confirmation", "order-refused", "order-undone"], store.Names);
        Assert.Equal(["number"], store.Find("order-confirmation")!.Missing(new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    [Fact]
    public void Should_keep_a_subject_on_one_line()
    {
        var template = Read(("email.txt", "Subject: News of {{what}}\n\nText"));
        var notification = new NotificationRecord { Data = """{"what":"a\r\nBcc: x@y.z"}""" };
        var message = FilledMessage.Of(new DeliveryRecord(), notification, template.Parts[NotificationChannel.Email], "http://site");
        Assert.Equal("News of a  Bcc: x@y.z", message.Title);
    }

    private static Template Read(params (string Name, string Text)[] files) => TemplateReader.Read("mine", files.ToDictionary(file => file.Name, file => file.Text, StringComparer.Ordinal));
}
