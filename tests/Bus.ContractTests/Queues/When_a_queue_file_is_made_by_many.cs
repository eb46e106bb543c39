using Xunit;

namespace Bus.ContractTests.Queues;

/// <summary>Processes that start at one moment on a folder without a file.</summary>
public sealed class When_a_queue_file_is_made_by_many
{
    [Fact]
    public async Task Should_be_opened_by_all_of_them()
    {
        for (var round = 0; round < 40; round++)
        {
            await using var test = new TestQueueFile();
            using var start = new Barrier(6);
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return test.OpenAsync();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        }
    }
}
