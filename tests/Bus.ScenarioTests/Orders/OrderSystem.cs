using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.ScenarioTests.Faults;
using Bus.Services.Orders.Http;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Orders;

/// <summary>Processes of the real host, customers that do not give up, a gateway and a carrier that misbehave, and an account of what everybody has in the end.</summary>
internal sealed class OrderSystem(IImageStore store, GatewayServer gateway, CarrierServer carrier) : IAsyncDisposable
{
    public const int Stock = 1_000_000;

    // Two that take orders in, two that fulfil them.
    private static readonly string[] Roles = ["api", "api", "worker", "worker"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly List<HostProcess> _dead = [];
    private readonly HostProcess?[] _processes = new HostProcess?[Roles.Length];
    private int _turn;
    private int _refusals;

    public GatewayServer Gateway => gateway;

    public CarrierServer Carrier => carrier;

    /// <summary>How often a customer was told that it failed, or found nobody there, and asked again.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    public static int Processes => Roles.Length;

    public static async Task<OrderSystem> InFolderAsync() => new(new OneSqliteFile(), await GatewayServer.StartAsync(), await CarrierServer.StartAsync());

    public static async Task<OrderSystem> OnServersAsync(TestServers servers) => new(
        new BrokerAndPostgres(await TestRabbitMq.CreateVirtualHostAsync(servers), await TestPostgres.CreateDatabaseAsync(servers)), await GatewayServer.StartAsync(), await CarrierServer.StartAsync());

    public async Task StartAsync()
    {
        // The first brings the schema up.
        for (var index = 0; index < Processes; index++)
            await StartAsync(index);
        for (var product = 0; product < OrderCase.Products; product++)
        {
            var (sku, price) = (OrderCase.Sku(product), 1_000 + product);
            using var answer = await SendAsync(HttpMethod.Put, $"/api/products/{sku}", new ProductRequest($"Product {sku}", price, "NOK", Stock));
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Ends a process as by <c>kill -9</c> and starts another in its place.</summary>
    public async Task KillAsync(int index)
    {
        var victim = _processes[index]!;
        await victim.KillAsync();
        lock (_dead)
            _dead.Add(victim);
        await StartAsync(index);
    }

    /// <summary>Places an order with one key, as often as it takes to have an answer, and cancels it if its customer does; returns its id.</summary>
    public async Task<Guid> PlaceAsync(OrderCase one)
    {
        var order = new OrderRequest(
            new OrderRequestCustomer($"Customer {one.Number}", $"c{one.Number}@example.com"),
            new OrderRequestAddress("Storgata 1", "0155", "Oslo", one.IsFarAway ? "AQ" : "NO"),
            [.. one.Lines.Select(line => new OrderRequestLine(line.Sku, line.Quantity))],
            "NOK",
            one.IsDeclined ? "declined" : "tok_1");
        Guid? id = null;
        await Eventually.AssertAsync(async () => (id = await TryPlaceAsync(order, one.Key)) is not null, Patience, Log);
        Interlocked.Decrement(ref _refusals);
        if (one.IsCancelled)
            await Eventually.AssertAsync(() => TryCancelAsync(id!.Value), Patience, Log);
        return id!.Value;
    }

    public async Task<OrderView> ShowAsync(Guid id)
    {
        OrderView? order = null;
        await Eventually.AssertAsync(
            async () =>
            {
                using var answer = await SendAsync(HttpMethod.Get, $"/api/orders/{id:D}");
                return (order = await answer.Content.ReadFromJsonAsync<OrderView>()) is not null;
            },
            Patience,
            Log);
        return order!;
    }

    public async Task<T> GetAsync<T>(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        return (await answer.Content.ReadFromJsonAsync<T>())!;
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        return answer.StatusCode;
    }

    /// <summary>Waits until so many sagas have come to their end.</summary>
    public async Task EndedAsync(int orders)
    {
        const string Ended = "SELECT count(*) FROM order_saga WHERE current_state IN ('Completed', 'Undone', 'Refused')";
        long found = -1;
        await Eventually.AssertAsync(async () => (found = await CountAsync(Ended)) >= orders, Patience, () => $"{found} of {orders} orders have ended.\n{Log()}");
    }

    public Task<long> CountAsync(string sql) => store.CountAsync(_folder["data"], sql);

    /// <summary>Waits until nothing is on its way any more.</summary>
    public async Task SettleAsync()
    {
        await Eventually.AssertAsync(async () => await CountAsync("SELECT count(*) FROM bus_outbox") == 0, Patience, Log);
        IReadOnlyDictionary<string, long> depths = new Dictionary<string, long>(StringComparer.Ordinal);
        await Eventually.AssertAsync(async () => (depths = await store.DepthsAsync(_folder["data"])).Values.Sum() == 0, Patience, () => string.Join('\n', depths.Where(queue => queue.Value > 0)) + Log());
    }

    /// <summary>What is dead, a line each.</summary>
    public async Task<string> DeadLettersAsync()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/api/dead-letters");
        return await answer.Content.ReadAsStringAsync();
    }

    public string Log()
    {
        lock (_dead)
            return string.Join("\n---\n", _dead.Concat(_processes.OfType<HostProcess>()).TakeLast(8).Select(process => $"exited: {process.HasExited}\n{string.Join('\n', process.Lines.TakeLast(40))}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _dead.Concat(_processes.OfType<HostProcess>()))
            await process.DisposeAsync();
        await gateway.DisposeAsync();
        await carrier.DisposeAsync();
        await store.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync(int index)
    {
        var process = HostProcess.Start(
        [
            $"--Bus:Roles={Roles[index]}", $"--Bus:DataFolder={_folder["data"]}", .. store.Settings,
            $"--Bus:Orders:Gateway:Url={gateway.Url}", "--Bus:Orders:Gateway:TryWithin=00:00:01", "--Bus:Orders:ChargeWithin=00:00:05", "--Bus:Orders:SettleAfter=00:00:02",
            $"--Bus:Orders:Carrier:Url={carrier.Url}", "--Bus:Orders:Carrier:AnswerWithin=00:00:02",
            // What the carrier does not do within the attempts of one message is done when it comes again.
            "--Bus:Retry:Redelivery:0=00:00:02", "--Bus:Retry:Redelivery:1=00:00:05",
        ]);
        _processes[index] = await process.StartedAsync();
    }

    // One that was taken in but is not paid for yet is an answer, too.
    private async Task<Guid?> TryPlaceAsync(OrderRequest order, string key)
    {
        Interlocked.Increment(ref _refusals);
        using var answer = await SendAsync(HttpMethod.Post, "/api/orders", order, key);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode switch
        {
            // Who asks again with the key may find that the order has come further.
            HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted => JsonSerializer.Deserialize<OrderView>(body, JsonSerializerOptions.Web)!.Id,
            HttpStatusCode.PaymentRequired => JsonDocument.Parse(body).RootElement.GetProperty("order").GetProperty("id").GetGuid(),
            >= HttpStatusCode.InternalServerError or HttpStatusCode.Conflict => null,
            _ => throw new Xunit.Sdk.XunitException($"{(int)answer.StatusCode}: {body}"),
        };
    }

    private async Task<bool> TryCancelAsync(Guid id)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/api/orders/{id:D}/cancel", new OrderCancellation("I think better of it."));
        return answer.StatusCode == HttpStatusCode.Accepted;
    }

    // To one of the processes that take orders in, in turn; one that has just died is an exception of the client.
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType());
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await _processes[Interlocked.Increment(ref _turn) % 2]!.SendAsync(request);
    }
}
