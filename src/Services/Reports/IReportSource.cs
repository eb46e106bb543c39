namespace Bus.Services.Reports;

/// <summary>What a report can be about. Registered by whoever has the rows; made in the scope of the job that writes the report.</summary>
public interface IReportSource
{
    /// <summary>Its name in requests, in lower case.</summary>
    string Kind { get; }

    /// <summary>The headings.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are of that time, the first instant included and the last not.</summary>
    Task<int> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>The rows of that time in a fixed order, in chunks of at most <paramref name="size"/>; each is read when it is asked for, so that nothing is open in between.</summary>
    IAsyncEnumerable<IReadOnlyList<IReadOnlyList<string?>>> ReadAsync(DateTimeOffset from, DateTimeOffset to, int size, CancellationToken cancellationToken);
}
