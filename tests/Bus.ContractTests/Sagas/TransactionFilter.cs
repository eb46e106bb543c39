using MassTransit;

namespace Bus.ContractTests.Sagas;

public sealed record TransactionOutcome(bool Commit)
{
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Stands for an outbox: owns the transaction of the scope's DbContext.</summary>
public sealed class TransactionFilter<T>(CounterDbContext db, TransactionOutcome outcome) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await next.Send(context);
            if (outcome.Commit)
            {
                await transaction.CommitAsync();
            }
        }

        outcome.Ended.SetResult();
    }

    public void Probe(ProbeContext context)
    {
    }
}
