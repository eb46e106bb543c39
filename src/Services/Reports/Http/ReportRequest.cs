namespace Bus.Services.Reports.Http;

/// <summary>What a report is asked for with.</summary>
/// <param name="Kind">What it is about, for instance <c>images</c>.</param>
/// <param name="From">What is older is not in it; null for all from the beginning.</param>
/// <param name="To">What is of then or younger is not in it; null for all until now.</param>
public sealed record ReportRequest(string? Kind, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>The answer to a request for a report, or for its delivery.</summary>
/// <param name="Id">The job that does it; a report has the same id.</param>
/// <param name="EventsUrl">Where the progress comes as server-sent events.</param>
public sealed record ReportAccepted(Guid Id, string EventsUrl);
