using Bus.Contracts.Images;
using Bus.Contracts.Notifications;
using MassTransit;

namespace Bus.Sagas.Images;

/// <summary>The three things that happen to a step: it begins, it is finished, it fails. Each is timed and told to whoever watches; the end of all is told to who asked for it.</summary>
internal static class ImageSagaSteps
{
    public static EventActivityBinder<ImageState, TEvent> Begin<TEvent, TCommand>(
        this EventActivityBinder<ImageState, TEvent> binder, string step, Func<ImageState, TCommand> command, TimeProvider clock)
        where TEvent : class
        where TCommand : class =>
        binder
            .Then(x => x.Saga.Begin(step, clock.GetUtcNow()))
            .Publish(x => command(x.Saga))
            .Publish(x => new ImageProgressed(x.Saga.CorrelationId, step, ImageStepStatus.Running, 0, 0));

    public static EventActivityBinder<ImageState, TEvent> Finish<TEvent>(
        this EventActivityBinder<ImageState, TEvent> binder, string step, Func<TEvent, StepRun> run, TimeProvider clock)
        where TEvent : class =>
        binder
            .Then(x => x.Saga.Finish(step, run(x.Message), clock.GetUtcNow()))
            .Publish(x => Progress(x.Saga, step, ImageStepStatus.Done, run(x.Message)));

    public static EventActivityBinder<ImageState, TEvent> Fail<TEvent>(
        this EventActivityBinder<ImageState, TEvent> binder, string step, Func<TEvent, string> reason, Func<TEvent, StepRun> run, TimeProvider clock)
        where TEvent : class =>
        binder
            .Then(x => x.Saga.Fail(step, reason(x.Message), run(x.Message), clock.GetUtcNow()))
            .Publish(x => new RemoveImageBlobs(x.Saga.CorrelationId, x.Saga.WorkingBlobs(), x.Saga.Content))
            .Publish(x => Progress(x.Saga, step, ImageStepStatus.Failed, run(x.Message)))
            .Publish(x => new ImageFailed(x.Saga.CorrelationId, step, x.Saga.Error!))
            .Tell("image-failed", x => x.Error!);

    /// <summary>Tells who asked for it with the upload how it has ended. An image ends once: the notification has its id.</summary>
    public static EventActivityBinder<ImageState, TEvent> Tell<TEvent>(this EventActivityBinder<ImageState, TEvent> binder, string template, Func<ImageState, string> reason)
        where TEvent : class =>
        binder.If(x => x.Saga.Notify is not null, told => told.Publish(x => Told(x.Saga, template, reason(x.Saga))));

    private static SendNotification Told(ImageState image, string template, string reason) => new(
        image.CorrelationId,
        template,
        image.CorrelationId,
        [new NotificationRecipient(image.Notify!, null, image.Notify)],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["imageId"] = image.CorrelationId.ToString("D"), ["fileName"] = image.FileName, ["reason"] = reason });

    private static ImageProgressed Progress(ImageState image, string step, string status, StepRun run) =>
        new(image.CorrelationId, step, status, run.Attempt, run.DurationMs);
}
