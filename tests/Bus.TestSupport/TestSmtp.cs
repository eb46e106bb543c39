using System.Globalization;

namespace Bus.TestSupport;

/// <summary>A real SMTP server in a process of its own (<c>tests/smtp.py</c>, Debian's aiosmtpd) that keeps the mails which it takes. It can be down, and come back on its port.</summary>
public sealed class TestSmtp : IAsyncDisposable
{
    private const string Listening = "listening on ";

    private readonly TemporaryFolder _folder = new();
    private ChildProcess? _process;

    private TestSmtp()
    {
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The mails that it has taken, as they came, with <c>X-Envelope-To</c> before them.</summary>
    public IReadOnlyList<string> Mails => [.. Directory.EnumerateFiles(_folder.FullPath, "*.eml").Select(File.ReadAllText)];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<TestSmtp> StartAsync()
    {
        await ServersScript.RunAsync("install");
        var server = new TestSmtp();
        await server.UpAsync();
        return server;
    }

    /// <summary>Ends it as by <c>kill -9</c>: connections are refused from then on.</summary>
    public async Task DownAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
        _process = null;
    }

    /// <summary>Starts it, on the same port if it ran before.</summary>
    public async Task UpAsync()
    {
        _process = ChildProcess.Start("/usr/bin/python3", [Path.Combine(Repository.Root, "tests", "smtp.py"), _folder.FullPath, Port.ToString(CultureInfo.InvariantCulture)]);
        var line = await _process.WaitForLineAsync(Listening);
        Port = int.Parse(line[Listening.Length..], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _folder.Dispose();
    }
}
