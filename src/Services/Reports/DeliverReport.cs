namespace Bus.Services.Reports;

/// <summary>The job that puts a copy of a report into the folder of <see cref="ReportOptions.DeliverTo"/>.</summary>
/// <param name="Report">The report; it must be ready.</param>
public sealed record DeliverReport(Guid Report);
