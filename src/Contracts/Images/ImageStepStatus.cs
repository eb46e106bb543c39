namespace Bus.Contracts.Images;

/// <summary>The words for where a step is, as <see cref="ImageProgressed"/> and the API say them.</summary>
public static class ImageStepStatus
{
    /// <summary>Not commanded yet.</summary>
    public const string Waiting = "waiting";

    /// <summary>Commanded: it waits in its queue or is being worked on.</summary>
    public const string Running = "running";

    /// <summary>Ended well.</summary>
    public const string Done = "done";

    /// <summary>Refused, or out of retries.</summary>
    public const string Failed = "failed";
}
