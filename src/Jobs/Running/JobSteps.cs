using System.Text.Json;
using Bus.Core.Faults;
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
    private readonly JobsOptions _options;
    private readonly Func<bool> _hasWritten;
    private readonly Lock _lock = new();
    private Task<Dictionary<string, byte[]>>? _done;

    /// <param name="engine">The database.</param>
    /// <param name="job">The job.</param>
    /// <param name="options">How long a checkpoint may be.</param>
    /// <param name="hasWritten">Whether the handler's own transaction keeps others from writing.</param>
    public JobSteps(OutboxEngine<TDbContext> engine, ClaimedJob job, JobsOptions options, Func<bool> hasWritten)
    {
        (_engine, _job, _options, _hasWritten) = (engine, job, options, hasWritten);
    }

    public async Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        Task<Dictionary<string, byte[]>> loading;
        lock (_lock)
            loading = _done ??= LoadStepsAsync();
        var done = await loading;
        if (done.TryGetValue(name, out var known))
            return JobJson.Read<T>(known)!;
        RequireNothingWritten(Step(name));
        var result = await step(cancellationToken);
        RequireNothingWritten(Step(name));
        var text = JobJson.Write(result!, typeof(T));
        using var door = await _engine.Gate.EnterAsync(CancellationToken.None);
        await using var session = await _engine.OpenAsync(CancellationToken.None);
        if (await session.ExecuteAsync(_engine.Dialect.Jobs.InsertStep, CancellationToken.None, _job.Id, _job.Claim, name, text) == 0)
            throw new JobClaimLostException();
        FaultPoint.Reach(FaultPoints.AfterJobStep);
        return result;
    }

    public async Task SaveAsync<T>(T checkpoint)
    {
        RequireNothingWritten("A checkpoint");
        var text = Write(checkpoint);
        if (_options.Refusal(text.Length) is { } refusal)
            throw new JobException($"A checkpoint of a `{_job.Type}` {refusal}.");
        using var door = await _engine.Gate.EnterAsync(CancellationToken.None);
        await using var session = await _engine.OpenAsync(CancellationToken.None);
        if (await session.ExecuteAsync(_engine.Dialect.Jobs.SaveCheckpoint, CancellationToken.None, _job.Id, _job.Claim, text) == 0)
            throw new JobClaimLostException();
        FaultPoint.Reach(FaultPoints.AfterJobStep);
    }

    public async Task<T?> LoadAsync<T>()
    {
        List<byte[]> found;
        await using (var session = await _engine.OpenAsync(CancellationToken.None))
            found = await session.QueryAsync(_engine.Dialect.Jobs.Checkpoint, row => row.GetFieldValue<byte[]>(0), CancellationToken.None, _job.Id);
        try
        {
            return found.Count == 0 ? default : JobJson.Read<T>(found[0]);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobException($"The checkpoint of job {_job.Id} is no `{typeof(T).Name}`: {exception.Message} Load it as what it was saved as, or, where an earlier version has saved it, begin anew.", exception);
        }
    }

    private byte[] Write<T>(T checkpoint)
    {
        try
        {
            return JobJson.Write(checkpoint!, typeof(T));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobException($"The checkpoint of job {_job.Id} cannot be written as JSON: {exception.Message}", exception);
        }
    }

    private static string Step(string name) => $"The step `{name}`";

    private void RequireNothingWritten(string what)
    {
        if (_hasWritten())
            throw new JobException($"{what} comes after, or does, a save by `{typeof(TDbContext).Name}`, which keeps all others from writing until the job ends: do steps and checkpoints first, and save after them.");
    }

    private async Task<Dictionary<string, byte[]>> LoadStepsAsync()
    {
        await using var session = await _engine.OpenAsync(CancellationToken.None);
        var rows = await session.QueryAsync(_engine.Dialect.Jobs.Steps, row => (Name: row.GetString(0), Result: row.GetFieldValue<byte[]>(1)), CancellationToken.None, _job.Id);
        return rows.ToDictionary(row => row.Name, row => row.Result, StringComparer.Ordinal);
    }
}
