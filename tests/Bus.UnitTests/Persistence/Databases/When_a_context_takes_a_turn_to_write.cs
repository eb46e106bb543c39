using Bus.Core.Turns;
using Bus.Persistence.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.UnitTests.Persistence.Databases;

public sealed class When_a_context_takes_a_turn_to_write
{
    [Fact]
    public async Task Should_not_wait_for_a_turn_of_its_own()
    {
        var all = new WriteTurns();
        var gate = new WriteGate(all, NullLogger.Instance);
        var turns = new ContextTurns(() => gate);
        await using var context = new DbContext(new DbContextOptionsBuilder().Options);

        await turns.EnterAsync(context, CancellationToken.None);
        Assert.True(turns.EnterAsync(context, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.True(turns.EnterAsync(context, CancellationToken.None).AsTask().IsCompletedSuccessfully);

        var next = gate.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        turns.Leave(context);
        (await next).Dispose();
    }
}
