using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Images;
using Bus.Core.Faults;
using Bus.Services.Images.Http;
using Bus.TestSupport;
using Bus.UnitTests.Services.Images;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>Processes of the real host, a client that does not give up, and an account of what was done in the end.</summary>
internal sealed class ImageSystem(IImageStore store) : IAsyncDisposable
{
    public const string Api = "api";
    public const string Worker = "worker";

    // What the inbox records for one image: the saga's six events, its five commands, and the removal of the working blobs. One more would be a
    // message that was made twice, one less a message that was lost.
    private const int MessagesOfAnImage = 12;

    // Commits of one saga instance: one for each of its six events; the first is version 0.
    private const int CommitsOfASaga = 6;

    private static readonly byte[] Photo = TestImages.Jpeg(TestImages.Cornered(320, 200)).ToArray();

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentBag<HostProcess> _processes = [];
    private readonly ConcurrentQueue<string> _unclean = new();
    private volatile HostProcess? _api;
    private int _refusals;

    /// <summary>On RabbitMQ and PostgreSQL: on <paramref name="servers"/>, or on those that all tests share.</summary>
    public static async Task<ImageSystem> CreateAsync(TestServers? servers = null) =>
        new(new BrokerAndPostgres(await TestRabbitMq.CreateVirtualHostAsync(servers), await TestPostgres.CreateDatabaseAsync(servers)));

    public static bool IsLong => Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";

    /// <summary>Answers to uploads that were errors.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Answers that a caller could make nothing of.</summary>
    public IReadOnlyCollection<string> Unclean => _unclean;

    /// <summary>Starts a process. An api process that has started is the one that uploads go to.</summary>
    public async Task<HostProcess> StartAsync(string roles, string? fault = null)
    {
        var process = Spawn(roles, fault);
        await process.StartedAsync();
        if (roles == Api)
        {
            _api = process;
        }

        return process;
    }

    /// <summary>Starts a process that may die before it serves. <paramref name="fault"/>, as <c>name:n</c>, is where it is to die.</summary>
    public HostProcess Spawn(string roles, string? fault = null)
    {
        var process = HostProcess.Start(
            [
                $"--Bus:Roles={roles}", $"--Bus:DataFolder={_folder["data"]}", .. store.Settings,
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault ?? "" });
        _processes.Add(process);
        return process;
    }

    /// <summary>Uploads photos, some at a time, each until it is accepted; whoever answers with an error must do so cleanly.</summary>
    public async Task<IReadOnlyList<Guid>> UploadAsync(int count, int atATime = 1)
    {
        ConcurrentBag<Guid> ids = [];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atATime }, async (_, _) => ids.Add(await UploadOneAsync()));
        Assert.Equal(count, ids.Distinct().Count());
        return [.. ids];
    }

    /// <summary>Uploads one photo, once: it must be accepted at the first call.</summary>
    public async Task<Guid> UploadOnceAsync()
    {
        using var answer = await _api!.UploadAsync(Photo, Guid.NewGuid().ToString());
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync<ImageAccepted>())!.Id;
    }

    public async Task<string> HealthAsync()
    {
        using var answer = await _api!.GetAsync("/health/ready");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetString()!;
    }

    /// <summary>
    /// Waits until every image is ready, then checks that each message was made once and applied once: the inbox and the sagas' versions count exactly,
    /// the outbox and all queues are empty, no message failed, one blob is left of each image.
    /// </summary>
    public async Task EndsWellAsync(IReadOnlyList<Guid> ids, TimeSpan? patience = null)
    {
        var limit = patience ?? TimeSpan.FromSeconds(IsLong ? 300 : 90);
        var found = "";
        await Eventually.AssertAsync(async () => (found = await CountAsync()) == Expected(ids.Count), limit, () => $"Found {found}, not {Expected(ids.Count)}.\n{Log()}");
        foreach (var id in ids)
        {
            await IsReadyAsync(id);
            Assert.Single(Directory.GetFiles(Path.Combine(_folder["data"], "blobs"), $"{id:N}-*", SearchOption.AllDirectories));
        }

        IReadOnlyDictionary<string, long> depths = new Dictionary<string, long>(StringComparer.Ordinal);
        await Eventually.AssertAsync(
            async () => (depths = await store.DepthsAsync(_folder["data"])).Values.Sum() == 0, TimeSpan.FromSeconds(30), () => string.Join('\n', depths.Where(x => x.Value > 0)) + Log());
        // Counted again at the end: what came later than the last message should not have come.
        Assert.Equal(Expected(ids.Count), await CountAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await store.DisposeAsync();
        _folder.Dispose();
    }

    private static string Expected(int images) => $"{images} images, {images} ready sagas of {CommitsOfASaga * images} commits, {MessagesOfAnImage * images} in the inbox, 0 in the outbox";

    private async Task<string> CountAsync()
    {
        var images = await store.CountAsync(_folder["data"], "SELECT count(*) FROM image");
        var sagas = await store.CountAsync(_folder["data"], "SELECT count(*) FROM image_saga WHERE current_state = 'Ready'");
        var commits = await store.CountAsync(_folder["data"], "SELECT coalesce(sum(version + 1), 0) FROM image_saga");
        var inbox = await store.CountAsync(_folder["data"], "SELECT count(*) FROM bus_inbox");
        var outbox = await store.CountAsync(_folder["data"], "SELECT count(*) FROM bus_outbox");
        return $"{images} images, {sagas} ready sagas of {commits} commits, {inbox} in the inbox, {outbox} in the outbox";
    }

    // The row follows by messages of its own, so it may be a moment behind the saga.
    private async Task IsReadyAsync(Guid id)
    {
        ImageView? image = null;
        await Eventually.AssertAsync(
            async () =>
            {
                using var answer = await _api!.GetAsync($"/api/images/{id:D}");
                image = await answer.Content.ReadFromJsonAsync<ImageView>();
                return image!.Status == "ready" && image.Steps.All(x => x.Status == "done");
            },
            because: () => $"{JsonSerializer.Serialize(image)}\n{Log()}");
        Assert.Equal(ImageSteps.InOrder, image!.Steps.Select(x => x.Name));
        var steps = await store.StepsAsync(_folder["data"], id);
        Assert.Equal(
            ImageSteps.InOrder.Where(x => x != ImageSteps.Upload),
            JsonDocument.Parse(steps!).RootElement.EnumerateArray().Where(x => x.GetProperty("endedAt").ValueKind == JsonValueKind.String).Select(x => x.GetProperty("step").GetString()));
    }

    private async Task<Guid> UploadOneAsync()
    {
        // The key makes a second call harmless, as for any caller who saw a connection break and cannot know what had been done.
        var key = Guid.NewGuid().ToString();
        Guid? id = null;
        await Eventually.AssertAsync(async () => (id = await TryUploadAsync(key)) is not null, TimeSpan.FromSeconds(90), Log);
        return id!.Value;
    }

    private async Task<Guid?> TryUploadAsync(string key)
    {
        using var answer = await _api!.UploadAsync(Photo, key);
        var body = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            return JsonSerializer.Deserialize<ImageAccepted>(body, JsonSerializerOptions.Web)!.Id;
        }

        if ((int)answer.StatusCode < 500 || answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || body.Contains("   at ", StringComparison.Ordinal))
        {
            _unclean.Enqueue($"{(int)answer.StatusCode}: {body}");
        }

        Interlocked.Increment(ref _refusals);
        return null;
    }

    private string Log() => string.Join("\n---\n", _processes.Select(x => $"exited: {x.HasExited}\n{string.Join('\n', x.Lines.TakeLast(60))}"));
}
