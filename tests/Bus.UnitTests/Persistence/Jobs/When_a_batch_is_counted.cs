using Bus.Persistence.Jobs;
using Xunit;

namespace Bus.UnitTests.Persistence.Jobs;

/// <summary>Which events of a batch its counts bring about.</summary>
public sealed class When_a_batch_is_counted
{
    [Theory]
    [InlineData(3, 2, 0, 0, true, "")]
    [InlineData(3, 3, 0, 0, true, "Done Succeeded")]
    [InlineData(3, 3, 0, 0, false, "")]
    [InlineData(3, 2, 1, 0, true, "Failed Done")]
    [InlineData(3, 0, 1, 0, false, "Failed")]
    [InlineData(3, 1, 1, 1, true, "Failed Done")]
    [InlineData(3, 2, 0, 1, true, "Done")]
    [InlineData(0, 0, 0, 0, true, "Done Succeeded")]
    [InlineData(0, 0, 0, 0, false, "")]
    public void Should_bring_about_each_event_once(int total, int succeeded, int dead, int cancelled, bool isClosed, string events)
    {
        var state = new BatchState(total, succeeded, dead, cancelled, isClosed, HasFailed: false, IsDone: false, HasSucceeded: false);
        Assert.Equal(events, string.Join(' ', state.Due()));
        Assert.Empty((state with { HasFailed = true, IsDone = true, HasSucceeded = true }).Due());
    }

    [Fact]
    public void Should_take_back_an_end_that_is_undone()
    {
        var batch = Guid.NewGuid();
        Assert.Equal(new BatchCount(batch, 0, -2, 0), BatchCount.Moved(batch, JobStates.Dead, JobStates.Queued, 2));
        Assert.Equal(new BatchCount(batch, 0, -1, 1), BatchCount.Moved(batch, JobStates.Dead, JobStates.Cancelled));
        Assert.Equal(new BatchCount(batch, 0, 0, 0), BatchCount.Moved(batch, JobStates.Retrying, JobStates.Queued));
    }
}
