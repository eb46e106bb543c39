using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>One process takes messages out of an error queue and dies, as by <c>kill -9</c>, when a letter is committed and its message not yet acknowledged; another does the rest.</summary>
public sealed class When_a_process_dies_taking_in_dead_letters
{
    private const int Messages = 100;

    [Theory]
    [InlineData(FaultPoints.BeforeLetterAcknowledge, 1)]
    [InlineData(FaultPoints.BeforeLetterAcknowledge, 30)]
    public async Task Should_keep_one_letter_of_each_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await LetterScenario.CreateAsync();
        await scenario.FillAsync(0, Messages);

        Assert.Equal(137, await scenario.Start($"{point}:{times}").WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var (stored, _) = await scenario.StoredAsync();
        // The broker notices at once that the connection is gone, and takes a moment to put back what was delivered by it.
        await Eventually.AssertAsync(async () => await scenario.DepthAsync() > Messages - stored, TimeSpan.FromMinutes(1), () => $"None of the {stored} letters is still in its queue.");

        scenario.Start();
        await Eventually.AssertAsync(async () => await scenario.DepthAsync() == 0, TimeSpan.FromMinutes(1), scenario.Output);
        Assert.Equal((Messages, Messages), await scenario.StoredAsync());
    }
}
