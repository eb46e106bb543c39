using System.Data;
using Bus.SqliteTransport.Engine;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Bus.ContractTests.Queues;

/// <summary>Somebody keeps the file for longer than the leases last: nobody can say in it that he lives, nor that another does not.</summary>
public sealed class When_a_transaction_outlives_the_lease : IAsyncLifetime
{
    private readonly TestQueueFile _file = new() { LockDuration = TimeSpan.FromSeconds(1) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [Fact]
    public async Task Should_leave_every_lease_and_send_what_waited()
    {
        var holder = await _file.OpenAsync();
        var watcher = await _file.OpenAsync();
        await holder.SendAsync("work", TestQueueFile.Text("held"), CancellationToken.None);
        var held = await new TestConsumer(holder, "work").NextAsync();
        var elsewhere = new TestConsumer(watcher, "work");
        await using var connection = new SqliteConnection($"Data Source={_file.Path};Pooling=False");
        await connection.OpenAsync();
        Task sending;
        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, CancellationToken.None))
        {
            sending = watcher.SendAsync("other", TestQueueFile.Text("late"), CancellationToken.None);
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            await transaction.CommitAsync(CancellationToken.None);
        }

        await sending;
        // Several beats of each: time enough to be taken for dead.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.False(held.LeaseLost.IsCancellationRequested);
        await held.MoveAsync("done", [], CancellationToken.None);
        Assert.Equal(0, elsewhere.Buffered);
    }
}
