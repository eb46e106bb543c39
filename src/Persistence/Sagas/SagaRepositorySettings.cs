using System.Data;
using MassTransit;

namespace Bus.Persistence.Sagas;

/// <summary>What the user said about one saga's repository.</summary>
internal sealed record SagaRepositorySettings<TSaga>
    where TSaga : class, ISaga
{
    public ConcurrencyMode Mode { get; init; } = ConcurrencyMode.Pessimistic;

    public IsolationLevel? Isolation { get; init; }

    public bool UseTransaction { get; init; } = true;

    public ILockStatementProvider? LockStatements { get; init; }

    public MissingInstanceBehavior? MissingInstance { get; init; }

    public Func<IQueryable<TSaga>, IQueryable<TSaga>>? Customize { get; init; }
}
