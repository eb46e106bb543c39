using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Running;

/// <inheritdoc/>
internal sealed class JobSteps<TDbContext> : IJobSteps
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;
    private readonly ClaimedJob _job;
    private readonly Func<bool> _hasWritten;
    private readonly Lock _lock = new();
    private Task<Dictionary<string, byte[]>>? _done;

    /// <param name="engine">The database.</param>
    /// <param name="job">The job.</param>
    /// <param name="hasWritten">Whether the handler's own transaction keeps others from writing.</param>
    public JobSteps(OutboxEngine<TDbContext> engine, ClaimedJob job, Func<bool> hasWritten)
    {
        (_engine, _job, _hasWritten) = (engine, job, hasWritten);
    }

    public async Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        Task<Dictionary<string, byte[]>> loading;
        lock (_lock)
            loading = _done ??= LoadAsync();
        var done = await loading;
        if (done.TryGetValue(name, out var known))
            return JobJson.Read<T>(known)!;
        RequireNothingWritten(name);
        var result = await step(cancellationToken);
        RequireNothingWritten(name);
        var text = JobJson.Write(result!, typeof(T));
        using var door = await _engine.Gate.EnterAsync(CancellationToken.None);
        await using var session = await _engine.OpenAsync(CancellationToken.None);
        if (await session.ExecuteAsync(_engine.Dialect.Jobs.InsertStep, CancellationToken.None, _job.Id, _job.Claim, name, text) == 0)
            throw new JobClaimLostException();
        return result;
    }

    private void RequireNothingWritten(string name)
    {
        if (_hasWritten())
            throw new JobException($"The step `{name}` comes after, or does, a save by `{typeof(TDbContext).Name}`, which keeps all others from writing until the job ends: do steps first, and save after them.");
    }

    private async Task<Dictionary<string, byte[]>> LoadAsync()
    {
        await using var session = await _engine.OpenAsync(CancellationToken.None);
        var rows = await session.QueryAsync(_engine.Dialect.Jobs.Steps, row => (Name: row.GetString(0), Result: row.GetFieldValue<byte[]>(1)), CancellationToken.None, _job.Id);
        return rows.ToDictionary(row => row.Name, row => row.Result, StringComparer.Ordinal);
    }
}
