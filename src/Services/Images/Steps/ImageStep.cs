using Bus.Contracts.Images;
using Bus.Core.Faults;
using Bus.Services.Images.Blobs;
using MassTransit;

namespace Bus.Services.Images.Steps;

/// <summary>
/// What every step has around its work: fault points, timing, the attempt's number, and one published answer. A refused image is an answer too
/// (<see cref="ImageStepRejected"/>), since no retry would help; any other exception goes to the retry policy.
/// </summary>
internal sealed class ImageStep(TimeProvider clock)
{
    /// <summary>Runs the work and publishes the event that it makes of its run.</summary>
    public async Task RunAsync<TEvent>(ConsumeContext context, Guid imageId, string step, Func<CancellationToken, Task<Func<StepRun, TEvent>>> work)
        where TEvent : class
    {
        var started = clock.GetTimestamp();
        object answer;
        FaultPoint.Reach(FaultPoints.BeforeWork);
        try
        {
            var toEvent = await work(context.CancellationToken);
            answer = toEvent(RunOf(context, started));
        }
        catch (ImageRejectedException e)
        {
            answer = new ImageStepRejected(imageId, step, e.Message, RunOf(context, started));
        }
        catch (BlobNotFoundException e)
        {
            answer = new ImageStepRejected(imageId, step, $"The image's bytes are gone. Upload it again. ({e.Message})", RunOf(context, started));
        }

        FaultPoint.Reach(FaultPoints.AfterWork);
        await context.Publish(answer, answer.GetType(), context.CancellationToken);
    }

    private StepRun RunOf(ConsumeContext context, long started) =>
        new((int)Math.Min(int.MaxValue, clock.GetElapsedTime(started).TotalMilliseconds), context.GetRedeliveryCount() + context.GetRetryAttempt() + 1);
}
