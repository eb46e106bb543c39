using Bus.Core.Faults;
using Xunit;

namespace Bus.ScenarioTests.Faults;

/// <summary>The process that takes uploads kills itself while a caller uploads, and another takes its place; the caller calls again with the same key.</summary>
public sealed class When_an_api_process_dies_at_a_named_point
{
    [Theory]
    [InlineData(FaultPoints.BeforeCommit, 3)]
    [InlineData(FaultPoints.AfterCommit, 3)]
    [InlineData(FaultPoints.BeforeRelaySend, 3)]
    [InlineData(FaultPoints.AfterRelaySend, 3)]
    [InlineData(FaultPoints.AfterRelayConfirm, 3)]
    [InlineData(FaultPoints.BeforeRelayDelete, 2)]
    [InlineData(FaultPoints.AfterRelayDelete, 2)]
    public Task Should_keep_what_it_accepted_and_take_each_photo_once(string point, int times) => KillScenario.RunAsync(ImageSystem.Api, point, times);
}
