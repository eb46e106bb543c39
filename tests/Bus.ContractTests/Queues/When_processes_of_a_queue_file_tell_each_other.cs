using System.Collections.Concurrent;
using System.Text;
using Bus.Core.SharedFile;
using Bus.SqliteTransport.Engine;
using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_processes_of_a_queue_file_tell_each_other : IAsyncLifetime
{
    private readonly TestQueueFile _queues = new();
    private readonly ConcurrentQueue<string> _first = new();
    private readonly ConcurrentQueue<string> _second = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _queues.DisposeAsync();

    [Fact]
    public async Task Should_be_heard_by_all_others_and_not_by_the_one_who_speaks()
    {
        var first = await OpenAsync(_first);
        var second = await OpenAsync(_second);
        var third = await OpenAsync(new ConcurrentQueue<string>());

        // Those who come later are known when the file was looked at next.
        await UntilHeardAsync(first, "from the first", _second);
        await UntilHeardAsync(second, "from the second", _first);
        await UntilHeardAsync(third, "from the third", _first, _second);
        Assert.DoesNotContain("from the first", _first);
        Assert.DoesNotContain("from the second", _second);
    }

    [Fact]
    public async Task Should_be_heard_by_those_who_live_beside_one_that_has_died_and_one_that_has_left()
    {
        var leaver = await OpenAsync(new ConcurrentQueue<string>());
        await OpenAsync(_second);
        var first = await OpenAsync(_first);
        await leaver.DisposeAsync();
        // Its port is nobody's, and nobody has the lock of its owner file.
        await _queues.ExecuteAsync("INSERT INTO busq_process(id, beat, port, lease, name) VALUES(1000000, 0, 1, 30000, 'dead')");

        foreach (var word in new[] { "one", "two", "three" })
            await UntilHeardAsync(first, word, _second);
        await Eventually.AssertAsync(async () => await _queues.AskAsync("SELECT count(*) FROM busq_process") == 2);
        await UntilHeardAsync(first, "four", _second);
    }

    [Fact]
    public async Task Should_not_be_told_while_one_is_in_a_container_of_its_own()
    {
        var first = await OpenAsync(_first);
        await using (new FileStream($"{_queues.Path}-owner-1000000", FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
        {
            await _queues.ExecuteAsync("INSERT INTO busq_process(id, beat, port, lease, name) VALUES(1000000, 0, 1, 30000, 'elsewhere/1')");
            await Eventually.AssertAsync(() => !first.TryTell("word"u8));
        }

        // When it has gone nobody is left who could not be told.
        await Eventually.AssertAsync(() => first.TryTell("word"u8));
    }

    [Fact]
    public async Task Should_refuse_a_word_that_no_datagram_holds()
    {
        var first = await OpenAsync(_first);

        Assert.True(first.TryTell(new byte[INeighbours.Longest]));
        Assert.Throws<ArgumentException>(() => first.TryTell([]));
        Assert.Throws<ArgumentException>(() => first.TryTell(new byte[INeighbours.Longest + 1]));
    }

    private Task<QueueFile> OpenAsync(ConcurrentQueue<string> heard) => _queues.OpenAsync(word => heard.Enqueue(Encoding.UTF8.GetString(word)));

    private static Task UntilHeardAsync(QueueFile speaker, string word, params ConcurrentQueue<string>[] listeners) => Eventually.AssertAsync(() =>
    {
        speaker.TryTell(Encoding.UTF8.GetBytes(word));
        return Task.FromResult(listeners.All(heard => heard.Contains(word)));
    });
}
