using Bus.Core.Faults;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>One process sends letters again, in bulk and one by one at once, and dies, as by <c>kill -9</c>, between the commit that closes letters and the end of their sending; another does the rest.</summary>
public sealed class When_a_process_dies_sending_letters_again
{
    private const int Messages = 120;

    [Theory]
    [InlineData(FaultPoints.BeforeRelaySend, 1)]
    [InlineData(FaultPoints.AfterRelaySend, 20)]
    [InlineData(FaultPoints.AfterRelayConfirm, 40)]
    public async Task Should_send_each_under_one_id_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var scenario = await LetterScenario.CreateAsync();
        await scenario.DeclareOriginAsync();
        await scenario.FillAsync(0, Messages);
        var first = scenario.Start();
        await Eventually.AssertAsync(async () => (await scenario.StoredAsync()).Letters == Messages, TimeSpan.FromMinutes(1), scenario.Output);
        await first.KillAsync();

        Assert.Equal(137, await scenario.Start($"{point}:{times}", "--Replay=true").WaitForExitAsync(TimeSpan.FromMinutes(2)));
        scenario.Start(null, "--Replay=true");
        await Eventually.AssertAsync(async () => await scenario.LeftAsync() == (0, 0), TimeSpan.FromMinutes(2), scenario.Output);

        // What was sent, and not known to be, is sent again: under the id by which an inbox knows it.
        var returned = await scenario.ReturnedAsync();
        Assert.Equal(Messages, returned.Select(message => message.Letter).Distinct().Count());
        Assert.Equal(Messages, returned.Select(message => message.Id).Distinct().Count());
    }
}
