using Bus.Jobs;
using MassTransit;

namespace Bus.ScenarioTests.Jobs;

/// <summary>The arguments of a job that only publishes.</summary>
public sealed record Announce(int Number);

/// <summary>Saves nothing, so that its end is written with those of others, and the next begins meanwhile.</summary>
public sealed class AnnounceHandler(IPublishEndpoint events) : IJobHandler<Announce>
{
    public Task RunAsync(Announce arguments, JobRun run) => events.Publish(new WorkDone(null, arguments.Number), run.CancellationToken);
}
