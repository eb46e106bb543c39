namespace Bus.Services.Reports;

/// <summary>Settings of the reports: section <c>Bus:Reports</c>, except <see cref="DataFolder"/>, which is <c>Bus:DataFolder</c>.</summary>
public sealed class ReportOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Reports";

    /// <summary>The setting that <see cref="DataFolder"/> is bound from.</summary>
    public const string DataFolderKey = "Bus:DataFolder";

    /// <summary>Folder of everything that is kept; reports go to <c>reports</c> below it. Default <c>./data</c>. All processes of one service must see the same folder.</summary>
    public string DataFolder { get; set; } = "./data";

    /// <summary>Folder that reports are delivered to. It is not made by anybody here, since it may be a share that is not mounted. Null, the default, is <c>deliveries</c> below <see cref="DataFolder"/>.</summary>
    public string? DeliverTo { get; set; }

    /// <summary>How many rows are read and written between two words about the progress, 1 to 100,000. Default 500.</summary>
    public int ChunkRows { get; set; } = 500;

    /// <summary>How often a delivery is tried, 1 to 1,000. Default 10.</summary>
    public int DeliveryAttempts { get; set; } = 10;

    /// <summary>The wait after the first attempt of a delivery, doubled with each and spread by chance, at most an hour. Default 1 s.</summary>
    public TimeSpan DeliveryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where deliveries go.</summary>
    internal string DeliveryFolder => Path.GetFullPath(DeliverTo ?? Path.Combine(DataFolder, "deliveries"));
}
