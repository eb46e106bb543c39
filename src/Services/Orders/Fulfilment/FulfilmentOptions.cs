namespace Bus.Services.Orders.Fulfilment;

/// <summary>Settings of fulfilling orders: sections <c>Bus:Orders:Carrier</c>, <c>Bus:Orders:Seller</c> and <c>Bus:Orders:Fulfilment</c>, and <c>Bus:DataFolder</c>.</summary>
public sealed class FulfilmentOptions
{
    /// <summary>The configuration section of <see cref="Concurrency"/>.</summary>
    public const string Section = "Bus:Orders:Fulfilment";

    /// <summary>The setting that <see cref="DataFolder"/> is bound from.</summary>
    public const string DataFolderKey = "Bus:DataFolder";

    /// <summary>Folder of everything that is kept; invoices go to <c>invoices</c> below it. Default <c>./data</c>. All processes of one service must see the same folder.</summary>
    public string DataFolder { get; set; } = "./data";

    /// <summary>How many orders one process works on at a time in each step, 1 to 256. Default 16.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>Who makes labels.</summary>
    public CarrierOptions Carrier { get; set; } = new();

    /// <summary>Who sells: the head of invoices.</summary>
    public SellerOptions Seller { get; set; } = new();
}
