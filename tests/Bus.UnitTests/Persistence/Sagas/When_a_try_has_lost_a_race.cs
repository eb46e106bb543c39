using Bus.Persistence;
using Bus.Persistence.Sagas;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Bus.UnitTests.Persistence.Sagas;

public sealed class When_a_try_has_lost_a_race
{
    [Fact]
    public void Should_pause_within_the_budget_and_give_up_at_the_limit() =>
        Gen.Select(Gen.Int[1, 100], Gen.Double[0, 10_000], Gen.Double[0, 1]).Sample((attempts, budget, chance) =>
        {
            var all = Enumerable.Range(1, attempts - 1)
                .Sum(attempt => SagaBackoff.PauseAfter(attempt, attempts, TimeSpan.FromMilliseconds(budget), chance)!.Value.TotalMilliseconds);
            Assert.True(all <= budget + 1);
            Assert.Null(SagaBackoff.PauseAfter(attempts, attempts, TimeSpan.FromMilliseconds(budget), chance));
        });

    [Fact]
    public void Should_stay_under_five_seconds_by_default()
    {
        var options = new SagaRepositoryOptions();
        var all = Enumerable.Range(1, options.ConflictAttempts - 1)
            .Sum(attempt => SagaBackoff.PauseAfter(attempt, options.ConflictAttempts, options.ConflictPause, 1)!.Value.TotalSeconds);
        Assert.InRange(all, 1, 4.99);
    }

    [Theory]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("23505", false)]
    [InlineData("42P01", false)]
    public void Should_know_the_errors_of_postgres(string state, bool conflict) =>
        Assert.Equal(conflict, SagaConflicts.IsConflict(Postgres(state), typeof(string)));

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(11, false)]
    public void Should_know_the_errors_of_sqlite(int code, bool conflict) =>
        Assert.Equal(conflict, SagaConflicts.IsConflict(new SqliteException("", code), typeof(string)));

    [Fact]
    public void Should_see_through_what_wraps_them()
    {
        Assert.True(SagaConflicts.IsConflict(new DbUpdateException("", Postgres("23505")), typeof(string)));
        Assert.True(SagaConflicts.IsConflict(new DbUpdateException("", new SqliteException("", 19, 1555)), typeof(string)));
        Assert.True(SagaConflicts.IsConflict(new InvalidOperationException("", new DbUpdateConcurrencyException()), typeof(string)));
        Assert.False(SagaConflicts.IsConflict(new DbUpdateException("", Postgres("23503")), typeof(string)));
        Assert.False(SagaConflicts.IsConflict(new InvalidOperationException(""), typeof(string)));
    }

    private static PostgresException Postgres(string state) => new("", "ERROR", "ERROR", state);
}
