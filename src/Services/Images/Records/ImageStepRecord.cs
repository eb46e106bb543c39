namespace Bus.Services.Images.Records;

/// <summary>How far one step of an image is. A row of its own, so that two steps' news never overwrite each other.</summary>
public sealed class ImageStepRecord
{
    /// <summary>The image.</summary>
    public Guid ImageId { get; set; }

    /// <summary>The step's name, one of <see cref="Contracts.Images.ImageSteps"/>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where it is.</summary>
    public StepStatus Status { get; set; }

    /// <summary>The attempt that ended it, 1 being the first; 0 before the end, or when the count is not known.</summary>
    public int Attempts { get; set; }

    /// <summary>Milliseconds that the step's handler worked; 0 before the end.</summary>
    public int DurationMs { get; set; }
}
