using System.Globalization;
using Bus.Services.Orders.Http;
using Spectre.Console;

namespace Bus.Host.Demo;

/// <summary>Two orders: one goes well; of the other the money is taken, then its parcel can be sent by no carrier, and all of it is undone.</summary>
internal sealed class DemoShop(DemoClient client, IAnsiConsole console, DemoFolder folder)
{
    private const string Print = "PRINT-A3";
    private const string Frame = "FRAME-OAK";
    private const long Stock = 10;

    /// <summary>Whether both came out as they must.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await client.PutProductAsync(Print, new ProductRequest("Print, A3", 24_900, "NOK", Stock), cancellationToken);
        await client.PutProductAsync(Frame, new ProductRequest("Frame, oak", 39_900, "NOK", Stock), cancellationToken);
        return await OrderThatGoesWellAsync(cancellationToken) && await OrderThatIsUndoneAsync(cancellationToken);
    }

    private async Task<bool> OrderThatGoesWellAsync(CancellationToken cancellationToken)
    {
        console.WriteLine("An order, answered when it is paid for; what follows runs afterwards, six branches at once:");
        var order = await FollowAsync("NO", cancellationToken);
        if (order.Status != "completed")
            return Wrong(order, "completed");
        var (invoice, _) = await client.DownloadAsync($"/api/orders/{order.Id:D}/invoice", cancellationToken);
        var path = Path.Combine(folder.Results, $"{order.Invoice}.pdf");
        await File.WriteAllBytesAsync(path, invoice, cancellationToken);
        console.WriteLine($"  label {order.Label}, invoice {path}");
        return await IsLeftAsync(Stock - 1, cancellationToken);
    }

    private async Task<bool> OrderThatIsUndoneAsync(CancellationToken cancellationToken)
    {
        console.WriteLine("An order to where no carrier goes: it is paid for, fails for good, and is undone step by step:");
        var order = await FollowAsync("AQ", cancellationToken);
        if (order.Status != "undone" || !order.Story.Contains("refunded", StringComparison.Ordinal))
            return Wrong(order, "undone and its money refunded");
        console.WriteLine($"  {order.Reason}");
        return await IsLeftAsync(Stock - 1, cancellationToken);
    }

    private async Task<DemoOrder> FollowAsync(string country, CancellationToken cancellationToken)
    {
        var placed = await client.OrderAsync(
            new OrderRequest(
                new OrderRequestCustomer("Kari Nordmann", "kari@example.com"), new OrderRequestAddress("Storgata 1", "0155", "Oslo", country),
                [new OrderRequestLine(Print, 1), new OrderRequestLine(Frame, 1)], "NOK", "demo-card"),
            cancellationToken);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  order {placed.Number}: {placed.Status}, {placed.Total / 100m:0.00} {placed.Currency}"));
        var last = placed;
        await foreach (var order in client.FollowOrderAsync(placed.Id, cancellationToken))
            last = order;
        console.WriteLine($"  order {last.Number}: {last.Status} ({last.Story})");
        return last;
    }

    private async Task<bool> IsLeftAsync(long pieces, CancellationToken cancellationToken)
    {
        var products = await client.ProductsAsync(cancellationToken);
        if (products.All(product => product.Available == pieces))
            return true;
        console.WriteLine($"  The stock is wrong: {string.Join(", ", products.Select(product => $"{product.Available} of {product.Sku}"))}, and should be {pieces} of each.");
        return false;
    }

    private bool Wrong(DemoOrder order, string expected)
    {
        console.WriteLine($"  The order is wrong: it is {order.Status}, and should be {expected}: {order.Reason}");
        return false;
    }
}
