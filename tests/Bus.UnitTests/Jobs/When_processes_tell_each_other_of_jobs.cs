using System.Collections.Concurrent;
using System.Text;
using Bus.Core.SharedFile;
using Bus.Jobs.Running;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>The words by which the processes of one machine tell each other of queues that have got jobs.</summary>
public sealed class When_processes_tell_each_other_of_jobs
{
    private const string Database = "service.db";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Neighbours _neighbours = new();
    private readonly TaskCompletionSource _messaged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobHints _hints;

    public When_processes_tell_each_other_of_jobs() => _hints = new JobHints(Messaging, () => _neighbours, () => Database);

    [Fact]
    public void Should_read_what_was_written()
    {
        var word = Assert.Single(JobWord.Of(Database, ["mail", "Größe 大", "a b"]));

        Assert.Equal(["mail", "Größe 大", "a b"], JobWord.Read(Database, word));
        Assert.Empty(JobWord.Read(Database, Assert.Single(JobWord.Of(Database, []))));
    }

    [Fact]
    public void Should_keep_databases_apart()
    {
        var word = Assert.Single(JobWord.Of("other.db", ["mail"]));

        foreach (var database in new[] { Database, "other.d", "other.db2", "" })
            Assert.Empty(JobWord.Read(database, word));
    }

    [Fact]
    public void Should_say_in_several_words_what_is_too_long_for_one()
    {
        var database = new string('大', 300);
        string[] queues = [.. Enumerable.Range(100, 100).Select(number => new string('大', 197) + number)];
        var words = JobWord.Of(database, queues).ToList();

        Assert.All(words, word => Assert.InRange(word.Length, 1, INeighbours.Longest));
        Assert.Equal(queues, words.SelectMany(word => JobWord.Read(database, word)));
    }

    [Fact]
    public void Should_make_nothing_of_what_strangers_say()
    {
        foreach (var word in new[] { "", "jobs", "jobs\0", "jobs\0service.db", "jobs\0service.db\0", "jobs\0service.db\0\0\0", "timers\0service.db\0mail" })
            Assert.Empty(JobWord.Read(Database, Encoding.UTF8.GetBytes(word)));
        Assert.Empty(JobWord.Read(Database, [0xff, 0xfe, 0]));
        Assert.Single(JobWord.Read(Database, [.. Encoding.UTF8.GetBytes("jobs\0service.db\0"), 0xff, 0xfe]));
    }

    [Fact]
    public void Should_tell_the_first_before_the_call_returns()
    {
        _hints.Send("mail");

        Assert.Equal(["mail"], _neighbours.Told);
        Assert.False(_messaged.Task.IsCompleted);
    }

    [Fact]
    public async Task Should_tell_of_each_queue_after_it_was_told_of_however_many_come_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < 500; number++)
                _hints.Send($"{sender} {number}");
        })));

        await _neighbours.UntilToldAsync(2_000).WaitAsync(Patience);
        Assert.Equal(2_000, _neighbours.Told.Distinct().Count());
        Assert.False(_messaged.Task.IsCompleted);
    }

    [Fact]
    public async Task Should_send_a_message_where_nobody_hears_words()
    {
        _neighbours.CarriesWords = false;
        _hints.Send("mail");

        await _messaged.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Should_send_a_message_and_fail_nobody_where_neighbours_cannot_be_found()
    {
        new JobHints(Messaging, () => throw new ObjectDisposedException(nameof(IServiceProvider)), () => Database).Send("mail");

        await _messaged.Task.WaitAsync(Patience);
    }

    [Fact]
    public void Should_hear_of_its_own_database_alone()
    {
        List<string> heard = [];
        _hints.Listen(heard.Add);
        foreach (var database in new[] { Database, "other.db" })
            _neighbours.Say(Assert.Single(JobWord.Of(database, [$"mail of {database}"])));

        Assert.Equal([$"mail of {Database}"], heard);
    }

    private IBus Messaging()
    {
        _messaged.TrySetResult();
        throw new InvalidOperationException("There is no bus.");
    }

    private sealed class Neighbours : INeighbours
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _awaited = int.MaxValue;

        public event Action<ReadOnlySpan<byte>>? Heard;

        public bool CarriesWords { get; set; } = true;

        public ConcurrentQueue<string> Told { get; } = new();

        public bool TryTell(ReadOnlySpan<byte> word)
        {
            if (!CarriesWords)
                return false;
            foreach (var queue in JobWord.Read(Database, word))
                Told.Enqueue(queue);
            Check();
            return true;
        }

        public void Say(byte[] word) => Heard?.Invoke(word);

        public Task UntilToldAsync(int count)
        {
            Interlocked.Exchange(ref _awaited, count);
            Check();
            return _all.Task;
        }

        private void Check()
        {
            if (Told.Count >= Volatile.Read(ref _awaited))
                _all.TrySetResult();
        }
    }
}
