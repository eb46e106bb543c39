namespace Bus.Persistence.Leases;

/// <summary>A lease on a name: who holds it, until when, and the fencing term that grows with every change of holder.</summary>
public sealed class LeaseRow
{
    /// <summary>What is leased.</summary>
    public string Name { get; set; } = "";

    /// <summary>The holder's identity.</summary>
    public Guid Holder { get; set; }

    /// <summary>Grows by one with every change of holder.</summary>
    public long Term { get; set; }

    /// <summary>End of the lease by the database's clock, in Unix milliseconds.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Machine and process of the holder, for people.</summary>
    public string HolderName { get; set; } = "";
}
