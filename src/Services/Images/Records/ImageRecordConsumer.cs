using Bus.Contracts.Images;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Images.Records;

/// <summary>
/// Keeps the image's row up with its saga. News may come twice or overtake each other: every write is conditional and only goes forward, so
/// any order ends in the same row. One statement a message, no row is read first, nothing can conflict. An image without a row was
/// not uploaded here and is left alone.
/// </summary>
internal sealed class ImageRecordConsumer(ImageDb db) : IConsumer<ImageProgressed>, IConsumer<ImageReady>, IConsumer<ImageFailed>
{
    /// <summary>Longest reason that is kept, in characters; the rest is cut off.</summary>
    public const int LongestError = 1000;

    public Task Consume(ConsumeContext<ImageProgressed> context) => ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<ImageReady> context) => ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<ImageFailed> context) => ApplyAsync(context.Message, context.CancellationToken);

    internal Task ApplyAsync(ImageProgressed news, CancellationToken cancellationToken)
    {
        var (imageId, step, word, attempts, duration) = news;
        var status = StepWords.Parse(word);
        return db.Steps
            .Where(x => x.ImageId == imageId && x.Name == step && x.Status < status)
            .ExecuteUpdateAsync(
                x => x.SetProperty(y => y.Status, status).SetProperty(y => y.Attempts, attempts).SetProperty(y => y.DurationMs, duration), cancellationToken);
    }

    internal Task ApplyAsync(ImageReady news, CancellationToken cancellationToken)
    {
        var (imageId, content, contentType, _) = news;
        return db.Images
            .Where(x => x.Id == imageId && x.Status == ImageStatus.Processing)
            .ExecuteUpdateAsync(
                x => x.SetProperty(y => y.Status, ImageStatus.Ready).SetProperty(y => y.Content, content).SetProperty(y => y.ContentType, contentType),
                cancellationToken);
    }

    internal Task ApplyAsync(ImageFailed news, CancellationToken cancellationToken)
    {
        var (imageId, _, reason) = news;
        var error = reason.Length > LongestError ? reason[..LongestError] : reason;
        return db.Images
            .Where(x => x.Id == imageId && x.Status == ImageStatus.Processing)
            .ExecuteUpdateAsync(x => x.SetProperty(y => y.Status, ImageStatus.Failed).SetProperty(y => y.Error, error), cancellationToken);
    }
}
