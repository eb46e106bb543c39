using Bus.Core.Faults;
using Bus.TestSupport;

namespace Bus.ScenarioTests.Faults;

/// <summary>The executable, in a process of its own that may die at any moment, and a client of it.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly ChildProcess _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private HostProcess(ChildProcess process) => _process = process;

    public bool HasExited => _process.HasExited;

    public IReadOnlyList<string> Lines => _process.Lines;

    /// <summary>Starts one and does not wait. <paramref name="fault"/>, as <c>name:n</c>, is where it is to die.</summary>
    public static HostProcess Start(IEnumerable<string> settings, string? fault) => new(ChildProcess.StartDotnet(
        Path.Combine(AppContext.BaseDirectory, "Bus.Host.dll"),
        ["serve", "--urls=http://127.0.0.1:0", .. settings],
        new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault ?? "" }));

    /// <summary>Returns once it serves.</summary>
    public async Task<HostProcess> StartedAsync()
    {
        var line = await _process.WaitForLineAsync(Listening, TimeSpan.FromSeconds(60));
        _http.BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        await _process.WaitForLineAsync("Application started", TimeSpan.FromSeconds(60));
        return this;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    public async Task<HttpResponseMessage> UploadAsync(byte[] photo, string key)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(photo), "file", "photo.jpg" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/images", UriKind.Relative)) { Content = form };
        request.Headers.Add("Idempotency-Key", key);
        return await _http.SendAsync(request);
    }

    /// <summary>Waits until it has killed itself at its fault point.</summary>
    public async Task DeadAsync(TimeSpan timeout) => Xunit.Assert.Equal(137, await _process.WaitForExitAsync(timeout));

    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
