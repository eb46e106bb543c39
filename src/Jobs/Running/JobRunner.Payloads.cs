using System.Text.Json;
using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Running;

/// <content>What a job is told, and what it returns.</content>
internal sealed partial class JobRunner<TDbContext>
{
    private static readonly TimeSpan WhileTheDatabaseIsAway = TimeSpan.FromSeconds(1);

    // Long arguments stay where they are until the job begins: a claim tells which job it is, and that is the reference. That the database is away is no failure of the job.
    private async Task<byte[]> LoadAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var session = await engine.OpenAsync(cancellationToken);
                var found = await session.QueryAsync(engine.Dialect.Jobs.Arguments, row => row.GetFieldValue<byte[]>(0), cancellationToken, job.Id, job.Claim);
                return found.Count > 0 ? found[0] : throw new JobClaimLostException();
            }
            catch (Exception exception) when (engine.Database.IsUnavailable(exception))
            {
                await Task.Delay(WhileTheDatabaseIsAway, OutboxEngine<TDbContext>.Pace, cancellationToken);
            }
        }
    }

    private static object Read(byte[] arguments, JobType type)
    {
        try
        {
            return JobJson.Read(arguments, type.Arguments);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobDeadException($"Its arguments are no `{type.Name}`: {exception.Message}", exception);
        }
    }

    private byte[] WriteResult(object result, JobType type)
    {
        try
        {
            return Bounded(JobJson.Write(result, result.GetType()), type);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobDeadException($"What `{type.Name}` returned cannot be written as JSON, and nothing of the run is kept: {exception.Message}", exception);
        }
    }

    private byte[] Bounded(byte[] result, JobType type) => options.Refusal(result.Length) is { } refusal
        ? throw new JobDeadException($"What `{type.Name}` returned {refusal}. Nothing of the run is kept.")
        : result;
}
