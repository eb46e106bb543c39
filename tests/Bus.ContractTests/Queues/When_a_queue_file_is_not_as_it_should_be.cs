using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_a_queue_file_is_not_as_it_should_be : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bus-queues-").FullName;

    private static CancellationToken None => CancellationToken.None;

    private string FilePath => Path.Combine(_folder, "bus.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Should_refuse_a_file_that_is_no_database()
    {
        await File.WriteAllTextAsync(FilePath, new string('x', 5000), None);

        var error = await RefusedAsync();
        Assert.Contains("not a database", error.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(FilePath, None));
    }

    [Fact]
    public async Task Should_refuse_a_database_of_something_else()
    {
        await ExecuteAsync("CREATE TABLE customer(id INTEGER PRIMARY KEY)");

        Assert.Contains("something else", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_a_schema_that_is_too_new()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("UPDATE busq_counter SET version = 99");

        var error = await RefusedAsync();
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Should_say_that_a_folder_cannot_be_made()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", None);

        var error = await Assert.ThrowsAsync<QueueFileException>(
            () => QueueFile.OpenAsync(new QueueFileOptions { Path = Path.Combine(_folder, "file", "bus.db") }, NullLogger.Instance, None));
        Assert.Contains("folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_that_a_table_is_damaged_and_go_on_with_what_is_not()
    {
        await using var file = await OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("1"), None);
        await ExecuteAsync("DROP TABLE busq_timer");

        var error = await Assert.ThrowsAsync<QueueFileException>(
            () => file.SendAsync("work", TestQueueFile.Text("2") with { Due = DateTimeOffset.UnixEpoch.AddYears(100) }, None));
        Assert.Contains("timer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_wait_for_a_program_that_locks_the_file_and_go_on_by_itself()
    {
        await using var file = await OpenAsync();
        await using var other = new SqliteConnection($"Data Source={FilePath}");
        await other.OpenAsync(None);
        await using (var transaction = await other.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, None))
        {
            var sending = file.SendAsync("work", TestQueueFile.Text("1"), None);
            var error = await Assert.ThrowsAsync<QueueFileException>(() => sending);
            Assert.True(error.IsTransient);
            Assert.Contains("another program", error.Message, StringComparison.Ordinal);
        }

        await file.SendAsync("work", TestQueueFile.Text("2"), None);
        Assert.Equal("2", await new TestConsumer(file, "work").NextTextAsync());
    }

    [Fact]
    public async Task Should_refuse_new_messages_while_the_disk_is_full_and_lose_none_of_the_old()
    {
        await using var file = await OpenAsync();
        await file.SendAsync("work", TestQueueFile.Text("kept"), None);
        await file.LimitPagesAsync(100);
        var consumer = new TestConsumer(file, "work", prefetch: 1);
        var first = await consumer.NextAsync();

        var error = await Assert.ThrowsAsync<QueueFileException>(() => file.SendAsync("work", new OutgoingMessage { Body = new byte[1_000_000] }, None));
        Assert.True(error.IsTransient);
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);

        first.Complete();
        await file.LimitPagesAsync(1_000_000);
        await file.SendAsync("work", TestQueueFile.Text("later"), None);
        Assert.Equal("later", await consumer.NextTextAsync());
    }

    private Task<QueueFile> OpenAsync() => QueueFile.OpenAsync(new QueueFileOptions { Path = FilePath }, NullLogger.Instance, None);

    private Task<QueueFileException> RefusedAsync() => Assert.ThrowsAsync<QueueFileException>(OpenAsync);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(None);
    }
}
