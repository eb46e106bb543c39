namespace Bus.Services.Reports;

/// <summary>The job that writes a report. Its id is the report's.</summary>
/// <param name="Kind">What it is about: the <see cref="IReportSource.Kind"/> of a source.</param>
/// <param name="From">What is older is not in it.</param>
/// <param name="To">What is of then or younger is not in it.</param>
public sealed record ExportReport(string Kind, DateTimeOffset From, DateTimeOffset To);

/// <summary>What <see cref="ExportReport"/> returns: a file that is on disk.</summary>
/// <param name="Hash">SHA-256 of its bytes: 64 lower-case hexadecimal digits.</param>
/// <param name="Lines">Its lines, the headings included.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ReportFile(string Hash, long Lines, long Bytes);
