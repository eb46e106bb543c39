namespace Bus.TestSupport;

/// <summary>The executable, in a process of its own that may die at any moment, and a client of it. <c>Bus.Host.dll</c> must lie beside the caller's own assembly.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly ChildProcess _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private HostProcess(ChildProcess process) => _process = process;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its output so far.</summary>
    public IReadOnlyList<string> Lines => _process.Lines;

    /// <summary>Starts one and does not wait.</summary>
    public static HostProcess Start(IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment = null) => new(
        ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "Bus.Host.dll"), ["serve", "--urls=http://127.0.0.1:0", .. settings], environment));

    /// <summary>Returns once it serves.</summary>
    public async Task<HostProcess> StartedAsync()
    {
        var line = await _process.WaitForLineAsync(Listening, TimeSpan.FromSeconds(60));
        _http.BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        await _process.WaitForLineAsync("Application started", TimeSpan.FromSeconds(60));
        return this;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent body) => _http.PostAsync(new Uri(path, UriKind.Relative), body);

    /// <summary>Sends a request of the caller's own.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    /// <summary>Uploads a photo with an idempotency key.</summary>
    public async Task<HttpResponseMessage> UploadAsync(byte[] photo, string key)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(photo), "file", "photo.jpg" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/images", UriKind.Relative)) { Content = form };
        request.Headers.Add("Idempotency-Key", key);
        return await _http.SendAsync(request);
    }

    /// <summary>Waits for its end and returns the exit code: 137 after a kill.</summary>
    public Task<int> WaitForExitAsync(TimeSpan timeout) => _process.WaitForExitAsync(timeout);

    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
