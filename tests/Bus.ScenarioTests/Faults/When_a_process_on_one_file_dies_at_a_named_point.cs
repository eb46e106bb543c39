using Bus.Core.Faults;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>Two processes share one file with their queues in it; one kills itself as by <c>kill -9</c>, between a save and its commit among other moments. There is no relay to die at.</summary>
public sealed class When_a_process_on_one_file_dies_at_a_named_point
{
    [Theory]
    [InlineData(ImageSystem.Api, FaultPoints.BeforeCommit, 3)]
    [InlineData(ImageSystem.Api, FaultPoints.AfterCommit, 3)]
    [InlineData(ImageSystem.Worker, FaultPoints.BeforeInbox, 5)]
    [InlineData(ImageSystem.Worker, FaultPoints.AfterInbox, 5)]
    [InlineData(ImageSystem.Worker, FaultPoints.BeforeCommit, 7)]
    [InlineData(ImageSystem.Worker, FaultPoints.AfterCommit, 7)]
    [InlineData(ImageSystem.Worker, FaultPoints.AfterAcknowledge, 8)]
    public Task Should_lose_nothing_and_do_nothing_twice(string role, string point, int times) => KillScenario.RunAsync(role, point, times, new OneSqliteFile());
}
