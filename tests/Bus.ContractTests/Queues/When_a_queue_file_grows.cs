using System.Diagnostics;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Queues;

/// <summary>Many queues, and much traffic without a pause.</summary>
public sealed class When_a_queue_file_grows
{
    private const int Queues = 10_000;
    private const int Megabyte = 1_000_000;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Should_serve_ten_thousand_queues()
    {
        await using var test = new TestQueueFile();
        var (file, other) = (await test.OpenAsync(), await test.OpenAsync());
        var watch = Stopwatch.StartNew();
        await ForAllAsync(queue => file.DeclareQueueAsync(queue, new QueueOptions(), None));
        Say(watch, "declared");
        await ForAllAsync(queue => other.SendAsync(queue, TestQueueFile.Text(queue), None));
        Say(watch, "sent to");
        var (handled, seen) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        void Handle(Delivery delivery)
        {
            delivery.Complete();
            if (Interlocked.Increment(ref handled) % Queues == 0)
                seen.SetResult();
        }

        await ForAllAsync(queue => file.ConsumeAsync(queue, new ConsumerOptions { Prefetch = 4, OnDelivery = Handle }, None));
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Say(watch, "drained");

        // With all of them read and all but one idle, from this process and from another.
        seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < Queues / 100; number++)
            await other.SendAsync("q7", TestQueueFile.Text("7"), None);
        Say(watch, "trickled");
        await Task.WhenAll(Enumerable.Range(0, Queues - (Queues / 100)).Select(_ => file.SendAsync("q8", TestQueueFile.Text("8"), None)));
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Say(watch, "drained again");
        await Eventually.AssertAsync(async () => await test.AskAsync("SELECT count(*) FROM busq_message") == 0);
        Assert.Equal(Queues, await test.AskAsync("SELECT count(*) FROM busq_queue WHERE depth = 0"));
    }

    [Fact]
    public async Task Should_begin_the_log_anew_under_senders_that_never_pause()
    {
        await using var test = new TestQueueFile();
        var file = await test.OpenAsync();
        var (longest, written) = (0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (Interlocked.Add(ref written, 8000) < 400L * Megabyte)
            {
                await file.SendAsync("work", new OutgoingMessage { Body = new byte[8000] }, None);
                var length = new FileInfo($"{test.Path}-wal").Length;
                for (var known = Volatile.Read(ref longest); length > known; known = Volatile.Read(ref longest))
                    Interlocked.CompareExchange(ref longest, length, known);
            }
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"The log was at most {longest / Megabyte} MB long.");

        Assert.InRange(longest, 1, 80L * Megabyte);
    }

    private static Task ForAllAsync(Func<string, Task> act) => Task.WhenAll(Enumerable.Range(0, Queues).Select(number => act($"q{number}")));

    private static void Say(Stopwatch watch, string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{what} after {watch.Elapsed.TotalMilliseconds:0} ms");
}
