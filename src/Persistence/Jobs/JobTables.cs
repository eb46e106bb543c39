namespace Bus.Persistence.Jobs;

/// <summary>The delimited names of the tables that jobs are in.</summary>
internal sealed record JobTables(string Job, string Run, string Line, string Step, string Log, string Pause, string Limit, string Lease, string Stat, string Batch)
{
    public string Tag { get; init; } = StoreTableNames.JobTag;
}
