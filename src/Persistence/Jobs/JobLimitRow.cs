namespace Bus.Persistence.Jobs;

/// <summary>What all processes share of the limits of a type, or of one of its keys. Who takes jobs of the type locks the row of the type. The class maps the table.</summary>
public sealed class JobLimitRow
{
    /// <summary>The type's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Empty for the type itself; else a key whose rate is limited. Such a row says nothing, and is removed, when its time has passed.</summary>
    public string LimitKey { get; set; } = "";

    /// <summary>The theoretical arrival time of its rate limit (GCRA, ITU-T I.371), in Unix microseconds.</summary>
    public long FreeAt { get; set; }

    /// <summary>Of a type whose circuit is open: until when no process begins one of its jobs, in Unix milliseconds. When that has passed one is tried; null when the circuit is closed.</summary>
    public long? RestsUntil { get; set; }

    /// <summary>Until when nobody else tries one, because somebody does, in Unix milliseconds; null when nobody does.</summary>
    public long? ProbeUntil { get; set; }
}
