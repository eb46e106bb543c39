namespace Bus.Jobs;

/// <summary>What is paused: jobs of it wait, and those that run go on to their end.</summary>
/// <param name="What">Of what kind it is.</param>
/// <param name="Name">The name of the queue, type or tenant; empty for all.</param>
public sealed record JobPause(JobGroup What, string Name);

/// <summary>A group of jobs.</summary>
public enum JobGroup
{
    /// <summary>Every job.</summary>
    All,

    /// <summary>Those of a queue.</summary>
    Queue,

    /// <summary>Those of a type.</summary>
    Type,

    /// <summary>Those of a tenant, in all queues.</summary>
    Tenant,
}
