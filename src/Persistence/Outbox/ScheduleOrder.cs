using Bus.Core.Loops;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Keeps the messages of a schedule in their order, by what the tables say: a row is deleted only after its confirm, whichever process sends it. One read serves all who ask while the one
/// before it is under way. Thread-safe.
/// </summary>
internal sealed class ScheduleOrder<TDbContext>(OutboxEngine<TDbContext> engine)
    where TDbContext : DbContext
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<WaitingSchedules>? _next;
    private bool _reads;

    /// <summary>Whether the record has to wait for earlier ones of its schedule. Costs nothing when it has none.</summary>
    public async ValueTask<bool> HoldUpAsync(OutboxRecord record, CancellationToken cancellationToken) =>
        record.Metadata.ScheduleToken is not null && (await ReadAsync(cancellationToken)).HoldUp(record);

    // The read must begin after the call, so that it shows all that was committed before.
    private Task<WaitingSchedules> ReadAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<WaitingSchedules> next;
        lock (_lock)
        {
            next = _next ??= new TaskCompletionSource<WaitingSchedules>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_reads)
            {
                _reads = true;
                _ = Detached.Run(RunAsync);
            }
        }

        return next.Task.WaitAsync(cancellationToken);
    }

    private async Task RunAsync()
    {
        while (Take() is { } asked)
        {
            try
            {
                asked.SetResult(await ReadNowAsync());
            }
            catch (Exception exception)
            {
                asked.SetException(exception);
            }
        }
    }

    private TaskCompletionSource<WaitingSchedules>? Take()
    {
        lock (_lock)
        {
            var asked = _next;
            _next = null;
            _reads = asked is not null;
            return asked;
        }
    }

    private async Task<WaitingSchedules> ReadNowAsync()
    {
        await using var session = await engine.OpenAsync(CancellationToken.None);
        return new WaitingSchedules(await session.QueryAsync(
            engine.Dialect.Statements.OutboxSchedules,
            row => new WaitingSchedule(row.IsDBNull(0) ? null : row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3).Split('"')[0], row.GetInt32(4) == 1),
            CancellationToken.None, MessageMetadata.BeforeToken, MessageMetadata.InCancel));
    }
}
