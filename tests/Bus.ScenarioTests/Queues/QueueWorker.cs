using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Microsoft.Extensions.Logging;

namespace Bus.ScenarioTests.Queues;

/// <summary>
/// A process on a queue file that may be killed at any moment. <c>send</c>: sends numbered messages of some keys and writes down each that was accepted; <c>send-unsafe</c> does not wait for the disk. <c>handle</c>: handles them and
/// writes down each before it acknowledges it. <c>try</c>: sends for ever, and writes down what was accepted and what was refused and why. <c>hold</c>: takes one and keeps it until its lease is lost, then tries to end it and says how that went.
/// </summary>
internal static class QueueWorker
{
    public const string Command = "queue-worker";
    public const string Queue = "work";

    /// <summary>What a line of the log begins with.</summary>
    public const string LogMark = "log:";

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (verb, path, log) = (arguments[0], arguments[1], arguments[2]);
        await using var file = await QueueFile.OpenAsync(
            new QueueFileOptions { Path = path, LockDuration = TimeSpan.FromSeconds(double.Parse(arguments[3], CultureInfo.InvariantCulture)), FlushToDisk = verb != "send-unsafe" }, new ConsoleLogger(), CancellationToken.None);
        await using var journal = new Journal(log);
        await (verb switch
        {
            "send" or "send-unsafe" => SendAsync(file, journal, first: int.Parse(arguments[4], CultureInfo.InvariantCulture), count: int.Parse(arguments[5], CultureInfo.InvariantCulture)),
            "try" => TryAsync(file, journal),
            "handle" => HandleAsync(file, journal),
            "hold" => HoldAsync(file),
            _ => throw new ArgumentException($"There is no verb {verb}.", nameof(arguments)),
        });
        return 0;
    }

    // Eight lanes, each with keys of its own: what a lane sends, it sends in order.
    private static async Task SendAsync(QueueFile file, Journal journal, int first, int count)
    {
        const int lanes = 8;
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(async lane =>
        {
            for (var number = first + lane; number < first + count; number += lanes)
            {
                var key = $"{first}-{lane}-{number / lanes % 4}";
                var text = $"{key} {number}";
                await file.SendAsync(Queue, new OutgoingMessage { Body = Encoding.UTF8.GetBytes(text), PartitionKey = number % 2 == 0 ? key : null }, CancellationToken.None);
                journal.Write(text);
            }
        }));
        Console.WriteLine("all sent");
    }

    private static Task TryAsync(QueueFile file, Journal journal) => Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
    {
        for (var number = lane; ; number += 8)
        {
            try
            {
                await file.SendAsync(Queue, new OutgoingMessage { Body = Encoding.UTF8.GetBytes($"{number}") }, CancellationToken.None);
                journal.Write($"accepted {number}");
            }
            catch (QueueFileException exception)
            {
                journal.Write($"refused {number} {exception.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }));

    private static async Task HandleAsync(QueueFile file, Journal journal)
    {
        await file.ConsumeAsync(Queue, new ConsumerOptions { Prefetch = 32, OnDelivery = delivery => _ = HandleAsync(delivery, journal) }, CancellationToken.None);
        Console.WriteLine("handling");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    private static async Task HandleAsync(Delivery delivery, Journal journal)
    {
        await Task.Yield();
        await delivery.StartAsync();
        journal.Write(Encoding.UTF8.GetString(delivery.Body));
        delivery.Complete();
    }

    private static async Task HoldAsync(QueueFile file)
    {
        var taken = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await file.ConsumeAsync(Queue, new ConsumerOptions { Prefetch = 1, OnDelivery = delivery => taken.TrySetResult(delivery) }, CancellationToken.None);
        var delivery = await taken.Task;
        await delivery.StartAsync();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = delivery.LeaseLost.Register(() => lost.SetResult());
        Console.WriteLine("holding");
        await lost.Task;
        Console.WriteLine("token cancelled");
        try
        {
            await delivery.MoveAsync("stolen", [], CancellationToken.None);
            Console.WriteLine("moved");
        }
        catch (LeaseLostException)
        {
            Console.WriteLine("refused");
        }
    }

    /// <summary>Lines of one process, each with its instant by the clock that all processes of a machine share, so that the journals of several can be merged.</summary>
    private sealed class Journal(string path) : IAsyncDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        public void Write(string line)
        {
            lock (_file)
                _file.Write(Encoding.UTF8.GetBytes($"{Stopwatch.GetTimestamp()}|{line}\n"));
        }

        public ValueTask DisposeAsync() => _file.DisposeAsync();
    }

    private sealed class ConsoleLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.WriteLine($"{LogMark} {formatter(state, exception)} {exception?.Message}");
    }
}
