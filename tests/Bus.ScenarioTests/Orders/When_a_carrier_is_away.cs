using System.Net.Http.Json;
using Bus.ScenarioTests.Faults;
using Bus.Services.Orders.Http;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Orders;

public sealed class When_a_carrier_is_away
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Should_put_the_label_off_and_not_undo_the_order()
    {
        using var folder = new TemporaryFolder();
        await using var store = new OneSqliteFile();
        await using var carrier = await CarrierServer.StartAsync();
        carrier.Always = CarrierFault.Broken;
        await using var host = await HostProcess.Start([$"--Bus:DataFolder={folder["data"]}", .. store.Settings, $"--Bus:Orders:Carrier:Url={carrier.Url}"]).StartedAsync();
        using (var product = new HttpRequestMessage(HttpMethod.Put, new Uri("/api/products/MUG", UriKind.Relative)) { Content = JsonContent.Create(new ProductRequest("Mug", 1_000, "NOK", 5)) })
        using (var made = await host.SendAsync(product))
            made.EnsureSuccessStatusCode();
        using var body = JsonContent.Create(new OrderRequest(
            new OrderRequestCustomer("Kari Nordmann", "kari@example.com"), new OrderRequestAddress("Storgata 1", "0155", "Oslo", "NO"), [new OrderRequestLine("MUG", 1)], "NOK", "tok_1"));
        using var placed = await host.PostAsync("/api/orders", body);
        var id = (await placed.Content.ReadFromJsonAsync<OrderView>())!.Id;

        // The attempts of one delivery are used up, and the message waits for its next.
        await Eventually.AssertAsync(
            async () => await store.CountAsync(folder["data"], "SELECT count(*) FROM bus_timer WHERE destination LIKE '%create-shipping-label%'") == 1, Patience, () => string.Join('\n', host.Lines.TakeLast(40)));
        Assert.Equal("accepted", (await ShowAsync(host, id)).Status);
        carrier.Always = null;

        await Eventually.AssertAsync(async () => (await ShowAsync(host, id)).Status == "completed", Patience, () => string.Join('\n', host.Lines.TakeLast(40)));
        Assert.Equal(1, carrier.Made);
    }

    private static async Task<OrderView> ShowAsync(HostProcess host, Guid id)
    {
        using var answer = await host.GetAsync($"/api/orders/{id:D}");
        return (await answer.Content.ReadFromJsonAsync<OrderView>())!;
    }
}
