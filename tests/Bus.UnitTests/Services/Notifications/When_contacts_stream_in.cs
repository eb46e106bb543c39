using System.Text;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Http;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_contacts_stream_in
{
    [Fact]
    public async Task Should_take_any_number_of_them() => Assert.Equal(20_000, await CountAsync($"[{string.Join(',', Enumerable.Range(0, 20_000).Select(number => $$"""{"id":"c{{number}}","email":"c{{number}}@example.com"}"""))}]"));

    [Fact]
    public async Task Should_refuse_one_that_would_take_all_memory()
    {
        var refused = await Assert.ThrowsAsync<JsonException>(() => CountAsync($$"""[{"id":"ann"},{"id":"{{new string('x', 4_000_000)}}"}]"""));
        Assert.Contains("256 KiB", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(string json)
    {
        await using var body = new ContactsBody(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        var count = 0;
        await foreach (var contact in JsonSerializer.DeserializeAsyncEnumerable<NotificationRecipient>(body, JsonSerializerOptions.Web))
        {
            body.Next();
            count++;
        }

        return count;
    }
}
