using Bus.Contracts.Images;

namespace Bus.Services.Images.Records;

/// <summary>The words of messages and API for a step's status.</summary>
internal static class StepWords
{
    public static StepStatus Parse(string word) => word switch
    {
        ImageStepStatus.Waiting => StepStatus.Waiting,
        ImageStepStatus.Running => StepStatus.Running,
        ImageStepStatus.Done => StepStatus.Done,
        ImageStepStatus.Failed => StepStatus.Failed,
        _ => throw new ArgumentException($"'{word}' is no step status. A step is waiting, running, done or failed.", nameof(word)),
    };

    public static string Of(StepStatus status) => status switch
    {
        StepStatus.Running => ImageStepStatus.Running,
        StepStatus.Done => ImageStepStatus.Done,
        StepStatus.Failed => ImageStepStatus.Failed,
        _ => ImageStepStatus.Waiting,
    };
}
