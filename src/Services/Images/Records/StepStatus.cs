namespace Bus.Services.Images.Records;

/// <summary>Where a step is. The numbers only rise: of two words about a step the higher one is the later.</summary>
public enum StepStatus
{
    /// <summary>Not commanded yet.</summary>
    Waiting = 0,

    /// <summary>Commanded.</summary>
    Running = 1,

    /// <summary>Ended well.</summary>
    Done = 2,

    /// <summary>Refused, or out of retries.</summary>
    Failed = 3,
}
