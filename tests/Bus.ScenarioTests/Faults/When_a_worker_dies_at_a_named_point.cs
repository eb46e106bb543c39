using Bus.Core.Faults;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>A worker kills itself as by <c>kill -9</c> while photos are under way, and another takes its place.</summary>
public sealed class When_a_worker_dies_at_a_named_point
{
    [Theory]
    [InlineData(FaultPoints.BeforeInbox, 5)]
    [InlineData(FaultPoints.AfterInbox, 5)]
    [InlineData(FaultPoints.BeforeWork, 4)]
    [InlineData(FaultPoints.AfterWork, 4)]
    [InlineData(FaultPoints.BeforeCommit, 7)]
    [InlineData(FaultPoints.AfterCommit, 7)]
    [InlineData(FaultPoints.BeforeAcknowledge, 8)]
    [InlineData(FaultPoints.AfterAcknowledge, 8)]
    [InlineData(FaultPoints.BeforeRelaySend, 9)]
    [InlineData(FaultPoints.AfterRelaySend, 9)]
    [InlineData(FaultPoints.AfterRelayConfirm, 9)]
    [InlineData(FaultPoints.BeforeRelayDelete, 3)]
    [InlineData(FaultPoints.AfterRelayDelete, 3)]
    public Task Should_lose_nothing_and_do_nothing_twice(string point, int times) => KillScenario.RunAsync(ImageSystem.Worker, point, times);
}
