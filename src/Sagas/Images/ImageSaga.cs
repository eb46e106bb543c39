using Bus.Contracts.Images;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Sagas.Images;

/// <summary>
/// Leads an uploaded photo through resize, compress, watermark, store and notify. Each step is one command, published: the step's
/// consumer owns the one queue that is bound to it, so the saga needs no address and the same machine runs on any transport. A step that is
/// rejected or that faults for good ends the run: what was made is removed, and the reason is announced.
/// </summary>
/// <remarks>
/// Messages come at least once and late. What a step says twice, or says after the run has ended, is ignored by name; an event that no
/// state expects is an error and goes to the error queue. Thread-safe: a machine holds no state of a run.
/// </remarks>
public sealed class ImageSaga : MassTransitStateMachine<ImageState>
{
    public ImageSaga(IOptions<ImagePlan> options, TimeProvider clock)
    {
        var plan = options.Value;
        InstanceState(x => x.CurrentState);
        Correlate();

        Initially(
            When(Uploaded)
                .Then(x => x.Saga.Accept(x.Message, clock.GetUtcNow()))
                .Begin(ImageSteps.Resize, x => new ResizeImage(x.CorrelationId, x.Original, plan.MaxWidth), clock)
                .TransitionTo(Resizing));

        During(Resizing,
            When(Resized)
                .Then(x => x.Saga.Resized = x.Message.Result)
                .Finish(ImageSteps.Resize, x => x.Run, clock)
                .Begin(ImageSteps.Compress, x => new CompressImage(x.CorrelationId, x.Resized!, plan.Quality), clock)
                .TransitionTo(Compressing));

        During(Compressing,
            When(Compressed)
                .Then(x => x.Saga.Compressed = x.Message.Result)
                .Finish(ImageSteps.Compress, x => x.Run, clock)
                .Begin(ImageSteps.Watermark, x => new WatermarkImage(x.CorrelationId, x.Compressed!, plan.WatermarkText, plan.Quality), clock)
                .TransitionTo(Watermarking));

        During(Watermarking,
            When(Watermarked)
                .Then(x => x.Saga.Watermarked = x.Message.Result)
                .Finish(ImageSteps.Watermark, x => x.Run, clock)
                .Begin(ImageSteps.Store, x => new StoreImage(x.CorrelationId, x.Watermarked!), clock)
                .TransitionTo(Storing));

        During(Storing,
            When(Stored)
                .Then(x => (x.Saga.Content, x.Saga.ContentType) = (x.Message.Content, x.Message.ContentType))
                .Finish(ImageSteps.Store, x => x.Run, clock)
                .Begin(ImageSteps.Notify, x => new NotifyImageReady(x.CorrelationId, x.Content!, x.ContentType!), clock)
                .TransitionTo(Notifying));

        During(Notifying,
            When(Announced)
                .Finish(ImageSteps.Notify, x => x.Run, clock)
                .Then(x => x.Saga.EndedAt = clock.GetUtcNow())
                .Publish(x => new RemoveImageBlobs(x.Saga.CorrelationId, x.Saga.WorkingBlobs(), null))
                .Tell("image-ready", _ => "")
                .TransitionTo(Ready));

        Compensate(clock);
        IgnoreWhatComesLate();
    }

    public State Resizing { get; private set; } = null!;

    public State Compressing { get; private set; } = null!;

    public State Watermarking { get; private set; } = null!;

    public State Storing { get; private set; } = null!;

    public State Notifying { get; private set; } = null!;

    /// <summary>Final: the image is served.</summary>
    public State Ready { get; private set; } = null!;

    /// <summary>Final: the image was refused or a step failed for good.</summary>
    public State Failed { get; private set; } = null!;

    public Event<ImageUploaded> Uploaded { get; private set; } = null!;

    public Event<ImageResized> Resized { get; private set; } = null!;

    public Event<ImageCompressed> Compressed { get; private set; } = null!;

    public Event<ImageWatermarked> Watermarked { get; private set; } = null!;

    public Event<ImageStored> Stored { get; private set; } = null!;

    public Event<ImageReady> Announced { get; private set; } = null!;

    public Event<ImageStepRejected> Rejected { get; private set; } = null!;

    public Event<Fault<ResizeImage>> ResizeFaulted { get; private set; } = null!;

    public Event<Fault<CompressImage>> CompressFaulted { get; private set; } = null!;

    public Event<Fault<WatermarkImage>> WatermarkFaulted { get; private set; } = null!;

    public Event<Fault<StoreImage>> StoreFaulted { get; private set; } = null!;

    public Event<Fault<NotifyImageReady>> NotifyFaulted { get; private set; } = null!;

    // An event without its instance throws, so that it is retried and then seen in the error queue: MassTransit would acknowledge it silently.
    private void Correlate()
    {
        Event(() => Uploaded, x => x.CorrelateById(m => m.Message.ImageId));
        Event(() => Resized, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => Compressed, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => Watermarked, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => Stored, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => Announced, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => Rejected, x => x.CorrelateById(m => m.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => ResizeFaulted, x => x.CorrelateById(m => m.Message.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => CompressFaulted, x => x.CorrelateById(m => m.Message.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => WatermarkFaulted, x => x.CorrelateById(m => m.Message.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => StoreFaulted, x => x.CorrelateById(m => m.Message.Message.ImageId).OnMissingInstance(m => m.Fault()));
        Event(() => NotifyFaulted, x => x.CorrelateById(m => m.Message.Message.ImageId).OnMissingInstance(m => m.Fault()));
    }

    private void Compensate(TimeProvider clock)
    {
        Undo(Resizing, ImageSteps.Resize, ResizeFaulted, clock);
        Undo(Compressing, ImageSteps.Compress, CompressFaulted, clock);
        Undo(Watermarking, ImageSteps.Watermark, WatermarkFaulted, clock);
        Undo(Storing, ImageSteps.Store, StoreFaulted, clock);
        Undo(Notifying, ImageSteps.Notify, NotifyFaulted, clock);
    }

    // The rejection must name the step that runs: one of an earlier step is a late duplicate, and its step was in truth done.
    private void Undo<TCommand>(State running, string step, Event<Fault<TCommand>> faulted, TimeProvider clock)
        where TCommand : class =>
        During(running,
            When(Rejected, x => x.Message.Step == step)
                .Fail(step, x => x.Reason, x => x.Run, clock)
                .TransitionTo(Failed),
            When(faulted)
                .Fail(step, x => Explain(step, x), _ => new StepRun(0, 0), clock)
                .TransitionTo(Failed));

    private static string Explain<TCommand>(string step, Fault<TCommand> fault) =>
        $"The {step} step failed and its retries are used up: {fault.Exceptions?.FirstOrDefault()?.Message ?? "no reason was given"}";

    private void IgnoreWhatComesLate()
    {
        During([Resizing, Compressing, Watermarking, Storing, Notifying, Ready, Failed], Ignore(Uploaded));
        During([Compressing, Watermarking, Storing, Notifying, Ready, Failed], Ignore(Resized), Ignore(ResizeFaulted));
        During([Watermarking, Storing, Notifying, Ready, Failed], Ignore(Compressed), Ignore(CompressFaulted));
        During([Storing, Notifying, Ready, Failed], Ignore(Watermarked), Ignore(WatermarkFaulted));
        During([Notifying, Ready, Failed], Ignore(Stored), Ignore(StoreFaulted));
        During([Ready, Failed], Ignore(Announced), Ignore(NotifyFaulted), Ignore(Rejected));
    }
}
