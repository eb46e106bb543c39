using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Bus.SqliteTransport.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bus.ContractTests.Queues;

/// <summary>A queue file in a folder of its own, opened as often as there are processes to play.</summary>
internal sealed class TestQueueFile : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bus-queues-").FullName;
    private readonly ConcurrentStack<QueueFile> _open = new();

    public string Path => System.IO.Path.Combine(_folder, "bus.db");

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(30);

    public ILogger Log { get; init; } = NullLogger.Instance;

    public async Task<QueueFile> OpenAsync(Action<ReadOnlySpan<byte>>? heard = null)
    {
        var file = await QueueFile.OpenAsync(
            new QueueFileOptions
            {
                Path = Path,
                Time = Time,
                LockDuration = LockDuration,
                Heard = heard,
                AddHeader = static (headers, name, value) => [.. headers, .. Encoding.UTF8.GetBytes($"{name}={value};")],
            },
            Log,
            CancellationToken.None);
        _open.Push(file);
        return file;
    }

    /// <summary>Changes the file beside those who have it open.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads one number beside those who have it open.</summary>
    public async Task<long> AskAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public static OutgoingMessage Text(string body, string? key = null, byte priority = 0) => new() { Body = Encoding.UTF8.GetBytes(body), PartitionKey = key, Priority = priority };

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _open)
            await file.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A consumer whose deliveries a test takes one by one.</summary>
internal sealed class TestConsumer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>();
    private readonly Task<IQueueConsumer> _consumer;

    public TestConsumer(QueueFile file, string queue, int prefetch = 10) =>
        _consumer = file.ConsumeAsync(queue, new ConsumerOptions { Prefetch = prefetch, OnDelivery = delivery => _deliveries.Writer.TryWrite(delivery) }, CancellationToken.None);

    public int Buffered => _deliveries.Reader.Count;

    public async Task<Delivery> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _consumer;
        return await _deliveries.Reader.ReadAsync(patience.Token);
    }

    public async Task<string> NextTextAsync()
    {
        var delivery = await NextAsync();
        delivery.Complete();
        return delivery.Text();
    }

    /// <summary>Ends when the queue is read.</summary>
    public Task StartedAsync() => _consumer;

    public async Task StopAsync() => await (await _consumer).StopAsync();
}

internal static class DeliveryText
{
    public static string Text(this Delivery delivery) => Encoding.UTF8.GetString(delivery.Body);
}
