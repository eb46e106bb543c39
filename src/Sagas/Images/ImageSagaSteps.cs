using Bus.Contracts.Images;
using MassTransit;

namespace Bus.Sagas.Images;

/// <summary>The three things that happen to a step: it begins, it is finished, it fails. Each is timed and told to whoever watches.</summary>
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
            .Publish(x => new ImageFailed(x.Saga.CorrelationId, step, x.Saga.Error!));

    private static ImageProgressed Progress(ImageState image, string step, string status, StepRun run) =>
        new(image.CorrelationId, step, status, run.Attempt, run.DurationMs);
}
