using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Servers;

public sealed class When_a_test_starts_a_process
{
    [Fact]
    public async Task Should_find_its_lines_and_kill_it()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING"] = "ready" };
        await using var process = ChildProcess.Start("bash", ["-c", "echo $GREETING; echo oops >&2; exec tail -f /dev/null"], environment);

        Assert.Equal("ready", await process.WaitForLineAsync("ready"));
        await process.WaitForLineAsync("oops");
        await process.KillAsync();

        Assert.Equal(137, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Should_say_what_it_wrote_when_the_line_does_not_come()
    {
        await using var process = ChildProcess.Start("bash", ["-c", "echo something else; exit 3"]);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => process.WaitForLineAsync("ready"));

        Assert.Contains("ended with 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("something else", error.Message, StringComparison.Ordinal);
    }
}
