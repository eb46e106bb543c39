using Bus.Contracts.Images;
using Bus.Services.Images.Records;

namespace Bus.Services.Images.Http;

/// <summary>An image as the API shows it.</summary>
/// <param name="Id">The image.</param>
/// <param name="Status">processing, ready or failed.</param>
/// <param name="Steps">The steps in their order.</param>
/// <param name="ContentUrl">Where the finished image is; null until it is ready.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record ImageView(Guid Id, string Status, IReadOnlyList<StepView> Steps, string? ContentUrl, string? Error)
{
    /// <summary>The status of an image under way.</summary>
    public const string Processing = "processing";

    /// <summary>The status of an image that can be fetched.</summary>
    public const string Ready = "ready";

    /// <summary>The status of an image that was refused.</summary>
    public const string Failed = "failed";

    /// <summary>
    /// Final, and the news of every step has arrived. The news of single steps may come a moment after the end; whoever shows the whole story waits for them.
    /// </summary>
    internal bool IsSettled => Status switch
    {
        Ready => Steps.All(x => x.Status == ImageStepStatus.Done),
        Failed => Steps.Any(x => x.Status == ImageStepStatus.Failed),
        _ => false,
    };

    internal bool IsFinal => Status != Processing;

    internal static ImageView Of(ImageRecord image) => new(
        image.Id,
        image.Status switch { ImageStatus.Ready => Ready, ImageStatus.Failed => Failed, _ => Processing },
        [.. ImageSteps.InOrder.Select(name => StepOf(image, name))],
        image.Status == ImageStatus.Ready ? ImageRoutes.Content(image.Id) : null,
        image.Error);

    /// <summary>This view with a step's news, unless it already shows later news of that step.</summary>
    internal ImageView With(StepView news) => this with
    {
        Steps = [.. Steps.Select(x => x.Name == news.Name && StepWords.Parse(x.Status) < StepWords.Parse(news.Status) ? news : x)],
    };

    /// <summary>This view brought up to a row that was read later: the row decides about the image, the later news about each step.</summary>
    internal ImageView UpTo(ImageView row) => row.Steps.Aggregate(this, (view, step) => view.With(step)) with
    {
        Status = row.Status,
        ContentUrl = row.ContentUrl,
        Error = row.Error,
    };

    internal bool Shows(ImageView other) => Status == other.Status && Steps.SequenceEqual(other.Steps);

    private static StepView StepOf(ImageRecord image, string name) => image.Steps.FirstOrDefault(x => x.Name == name) is { } step
        ? new StepView(name, StepWords.Of(step.Status), step.Attempts, step.DurationMs)
        : new StepView(name, ImageStepStatus.Waiting, 0, 0);
}
