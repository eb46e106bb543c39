using System.Net.Http.Headers;
using System.Text;

namespace Bus.TestSupport;

/// <summary>An empty RabbitMQ virtual host for one test or test class, deleted with its queues on dispose.</summary>
public sealed class TestRabbitMq : IAsyncDisposable
{
    private readonly TestServers _servers;

    private TestRabbitMq(TestServers servers, string name)
    {
        _servers = servers;
        VirtualHost = name;
        Uri = new Uri(servers.RabbitMq, name);
    }

    /// <summary>Address with credentials and virtual host: what <c>ConnectionStrings:RabbitMq</c> takes.</summary>
    public Uri Uri { get; }

    /// <summary>The virtual host's name.</summary>
    public string VirtualHost { get; }

    /// <summary>Creates a virtual host on <paramref name="servers"/>, or on the shared ones when null.</summary>
    public static async Task<TestRabbitMq> CreateVirtualHostAsync(TestServers? servers = null)
    {
        servers ??= await TestServers.SharedAsync();
        var host = new TestRabbitMq(servers, $"bus-{Guid.NewGuid():N}");
        using var client = CreateClient(servers);
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await client.PutAsync(new Uri($"api/vhosts/{host.VirtualHost}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        return host;
    }

    /// <summary>The queues of this virtual host with the messages in each, delivered but unacknowledged ones included. Takes about a second.</summary>
    public async Task<IReadOnlyDictionary<string, long>> QueueDepthsAsync()
    {
        var lines = await ControlAsync("list_queues", "--no-table-headers", "-p", VirtualHost, "name", "messages");
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(cells => cells[0], cells => long.Parse(cells[1]), StringComparer.Ordinal);
    }

    /// <summary>Closes every connection of this virtual host from the broker's side, as a network fault would.</summary>
    public Task CloseConnectionsAsync() => ControlAsync("close_all_connections", "--vhost", VirtualHost, "closed by a test");

    public async ValueTask DisposeAsync()
    {
        using var client = CreateClient(_servers);
        using var response = await client.DeleteAsync(new Uri($"api/vhosts/{VirtualHost}", UriKind.Relative));
    }

    private static HttpClient CreateClient(TestServers servers)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(servers.RabbitMqHttp.UserInfo));
        var client = new HttpClient { BaseAddress = new Uri(servers.RabbitMqHttp.GetLeftPart(UriPartial.Authority).Replace(servers.RabbitMqHttp.UserInfo + "@", "", StringComparison.Ordinal)) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        return client;
    }

    private async Task<string> ControlAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start(_servers.RabbitMqCtl, arguments);
        var code = await process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return code == 0
            ? string.Join('\n', process.Lines)
            : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} ended with {code}:\n{string.Join('\n', process.Lines)}");
    }
}
