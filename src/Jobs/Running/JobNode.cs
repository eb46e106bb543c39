namespace Bus.Jobs.Running;

/// <summary>What this process is called in the rows.</summary>
internal static class JobNode
{
    public static readonly string Name = $"{Environment.MachineName}/{Environment.ProcessId}";
}
