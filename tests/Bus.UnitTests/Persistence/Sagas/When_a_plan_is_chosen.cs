using System.Data;
using Bus.Persistence.Sagas;
using CsCheck;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Persistence.Sagas;

public sealed class When_a_plan_is_chosen
{
    private static readonly Gen<SagaFacts> AnyFacts =
        from database in Gen.Enum<SagaDatabase>()
        from mode in Gen.Enum<ConcurrencyMode>()
        from isolation in Gen.OneOf(Gen.Const((IsolationLevel?)null), Gen.Const((IsolationLevel?)IsolationLevel.ReadCommitted), Gen.Const((IsolationLevel?)IsolationLevel.Serializable))
        from bits in Gen.Int[0, 15]
        select new SagaFacts(database, mode, isolation, (bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0, (bits & 8) > 0);

    [Fact]
    public void Should_never_begin_a_transaction_where_someone_else_owns_it() =>
        AnyFacts.Sample(facts => !facts.Joined || !SagaPlan.Choose(facts).OwnTransaction);

    [Fact]
    public void Should_always_protect_the_row_in_some_way_on_a_relational_database() => AnyFacts.Sample(facts =>
    {
        var plan = SagaPlan.Choose(facts);
        return facts.Database == SagaDatabase.None || facts.TokenChanges || plan.LockRow || plan.CheckBeforeSave
            || (facts.Database == SagaDatabase.Sqlite && plan.OwnTransaction);
    });

    [Fact]
    public void Should_not_hold_the_write_lock_of_sqlite_while_a_state_machine_runs_unless_asked() => AnyFacts.Sample(facts =>
        facts.Database != SagaDatabase.Sqlite || facts.Isolation == IsolationLevel.Serializable
        || facts is { Mode: ConcurrencyMode.Pessimistic, HasParts: true, TokenChanges: false } || !SagaPlan.Choose(facts).OwnTransaction);

    [Theory]
    [InlineData(nameof(SagaDatabase.PostgreSql))]
    [InlineData(nameof(SagaDatabase.SqlServer))]
    public void Should_read_committed_rows_by_default(string database)
    {
        var plan = SagaPlan.Choose(new SagaFacts(
            Enum.Parse<SagaDatabase>(database), ConcurrencyMode.Pessimistic, null, UseTransaction: true, Joined: false, TokenChanges: false, HasParts: false));
        Assert.Equal(new SagaPlan(OwnTransaction: true, IsolationLevel.ReadCommitted, LockRow: true, CheckBeforeSave: false, Joined: false), plan);
    }
}
