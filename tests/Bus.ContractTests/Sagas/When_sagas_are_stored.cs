using Bus.TestSupport;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Sagas;

public sealed class When_sagas_are_stored_in_sqlite_optimistically : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Optimistic;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_sagas_are_stored_in_sqlite_pessimistically : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Pessimistic;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_sagas_are_stored_in_sqlite_without_a_version : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Pessimistic;

    protected override bool Versioned => false;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_sagas_are_stored_in_postgres_optimistically : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Optimistic;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_sagas_are_stored_in_postgres_optimistically_without_a_version : LostRaceContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Optimistic;

    protected override bool Versioned => false;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_sagas_are_stored_in_postgres_pessimistically : SagaRepositoryContract
{
    protected override ConcurrencyMode Mode => ConcurrencyMode.Pessimistic;

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();

    [Fact]
    public async Task Should_make_other_processes_wait_while_the_state_machine_runs()
    {
        var service = await StartAsync();
        await StartCounterAsync(service, "locked");
        Task other = Task.CompletedTask;
        var waited = false;
        service.Hooks.OnIncrement = async counter =>
        {
            other = service.ChangeAsync(counter.CorrelationId, row => row.Starts = 5);
            // It loads, then waits for the row: half a second is proof enough that it has not passed.
            waited = await Task.WhenAny(other, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System)) != other;
        };

        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Consumed == 2);
        Assert.True(waited);
        // What it had loaded is outdated by now, and its version tells.
        await Assert.ThrowsAsync<Microsoft.EntityFrameworkCore.DbUpdateConcurrencyException>(() => other);
        Assert.Empty(service.Faults);
    }
}

public sealed class When_a_saga_runs_behind_the_outbox_on_sqlite : OutboxedSagaContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_saga_runs_behind_the_outbox_on_postgres : OutboxedSagaContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}
