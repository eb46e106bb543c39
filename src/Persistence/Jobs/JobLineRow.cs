namespace Bus.Persistence.Jobs;

/// <summary>The place of a job with a key in the line of that key; it leaves it when the next may run. The class maps the table.</summary>
public sealed class JobLineRow
{
    /// <summary>The place, given by the database.</summary>
    public long Position { get; set; }

    /// <summary>See <see cref="JobRow.OrderKey"/>.</summary>
    public string OrderKey { get; set; } = "";

    /// <summary>Whose.</summary>
    public Guid JobId { get; set; }

    /// <summary>Whether it is its turn. Of one key it is never that of two.</summary>
    public bool Active { get; set; }
}
