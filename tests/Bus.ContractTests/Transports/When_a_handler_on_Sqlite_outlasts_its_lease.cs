using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public sealed class When_a_handler_on_Sqlite_outlasts_its_lease : TransportContract<SqliteUnderTest>
{
    [Fact]
    public async Task Should_run_it_once_and_let_it_finish()
    {
        Transport.LockDuration = TimeSpan.FromSeconds(1);
        var (clock, seen, tokens) = (TimeProvider.System, new Arrivals<int>(), new Arrivals<CancellationToken>());
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Serve(NodeSetup setup) => setup.Queue<Work>("work", async context =>
        {
            seen.Add(context.Message.Number);
            if (context.Message.Number == 1)
            {
                tokens.Add(context.CancellationToken);
                await done.Task.InTimeAsync();
            }
        });
        var first = await StartAsync(Serve);
        await StartAsync(Serve);

        await first.SendAsync("work", new Work(1));
        await seen.WaitAsync(1);
        var started = clock.GetTimestamp();
        await TestSupport.Eventually.AssertAsync(() => clock.GetElapsedTime(started) > Transport.LockDuration * 4);
        Assert.False(tokens.All[0].IsCancellationRequested);
        done.SetResult();
        await first.SendAsync("work", new Work(2));
        await seen.WaitAsync(2);
        await first.StopAsync();

        Assert.Equal([1, 2], seen.All);
        await AssertEmptyAsync("work");
        Assert.Equal(0, await Transport.CountAsync("work_error"));
    }
}
