using System.Data.Common;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence.Inbox;

/// <summary>
/// Makes every command of a handler part of its unit's transaction, whatever way it took to the connection; and lets a command that changes a one-writer database outside of all transactions wait
/// for its turn. Thread-safe; one for all contexts of the type.
/// </summary>
internal sealed class UnitCommands<TDbContext>(OutboxEngine<TDbContext> engine) : IDbCommandInterceptor
    where TDbContext : DbContext
{
    // The command was made before the unit's transaction began: SQL Server and SQLite insist that it names it.
    public InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Join(command, eventData);
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await JoinAsync(command, eventData, cancellationToken);
        return result;
    }

    public InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Join(command, eventData);
        return result;
    }

    public async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        await JoinAsync(command, eventData, cancellationToken);
        return result;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Join(command, eventData);
        if (IsLoose(command, eventData.Context))
            engine.Turns.Enter(eventData.Context!);
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await JoinAsync(command, eventData, cancellationToken);
        if (IsLoose(command, eventData.Context))
            await engine.Turns.EnterAsync(eventData.Context!, cancellationToken);
        return result;
    }

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        LeaveIfLoose(command, eventData.Context);
        return result;
    }

    public ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        LeaveIfLoose(command, eventData.Context);
        return new ValueTask<int>(result);
    }

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) => LeaveIfLoose(command, eventData.Context);

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        LeaveIfLoose(command, eventData.Context);
        return Task.CompletedTask;
    }

    public void CommandCanceled(DbCommand command, CommandEndEventData eventData) => LeaveIfLoose(command, eventData.Context);

    public Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        LeaveIfLoose(command, eventData.Context);
        return Task.CompletedTask;
    }

    private void Join(DbCommand command, CommandEventData eventData)
    {
        if (ConsumeUnit<TDbContext>.Current is not { } unit || !unit.Owns(eventData.Context))
            return;
        if (MustBegin(command))
            unit.Begin();
        command.Transaction ??= unit.Transaction?.GetDbTransaction();
    }

    private async ValueTask JoinAsync(DbCommand command, CommandEventData eventData, CancellationToken cancellationToken)
    {
        if (ConsumeUnit<TDbContext>.Current is not { } unit || !unit.Owns(eventData.Context))
            return;
        if (MustBegin(command))
            await unit.BeginAsync(cancellationToken);
        command.Transaction ??= unit.Transaction?.GetDbTransaction();
    }

    private bool IsLoose(DbCommand command, DbContext? context) =>
        engine.Dialect.OneWriter && context is not null && command.Transaction is null && context.Database.CurrentTransaction is null
        && !command.CommandText.AsSpan().TrimStart().StartsWith("PRAGMA", StringComparison.OrdinalIgnoreCase);

    private void LeaveIfLoose(DbCommand command, DbContext? context)
    {
        if (IsLoose(command, context))
            engine.Turns.Leave(context!);
    }

    // On a one-writer database reads stay outside, so that the write lock is taken by the first write; from there the unit has it until it ends.
    private bool MustBegin(DbCommand command) =>
        !engine.Dialect.OneWriter || !command.CommandText.AsSpan().TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase);
}
