using System.Data;
using Bus.Persistence.Databases;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Persistence.Sagas;

/// <summary>
/// The instances that one message touches. They are written together by <see cref="FlushAsync"/>, after the state machine has run. Not thread-safe.
/// </summary>
internal sealed class SagaSession<TSaga>(DbContext db, SagaModel<TSaga> model, SagaPlan plan, ITransactionOwner? owner)
    where TSaga : class, ISaga
{
    private readonly List<TSaga> _written = [];
    private TSaga? _found;
    private bool _save;

    /// <summary>An instance was found, or the message has made one.</summary>
    public bool Handled { get; private set; }

    /// <summary>The tracked instance as it is in the database now, or null.</summary>
    public async Task<TSaga?> LoadAsync(Guid correlationId, CancellationToken cancellationToken)
    {
        if (_found?.CorrelationId == correlationId)
        {
            return _found;
        }

        ForgetStale(correlationId);
        _found = await model.LoadAsync(db, correlationId, plan.LockRow, cancellationToken);
        Handled |= _found is not null;
        return _found;
    }

    public void Add() => Handled = true;

    /// <summary>Makes the row before the state machine runs, so that a second first message waits for it. False if the row exists.</summary>
    public async Task<bool> TryInsertAsync(TSaga instance, CancellationToken cancellationToken)
    {
        // Looked for first: the second and every later message of an instance finds it, and a failed INSERT is an error in everybody's log.
        if (await LoadAsync(instance.CorrelationId, cancellationToken) is not null)
        {
            return false;
        }

        var entry = db.Add(instance);
        if (db.Database.CurrentTransaction is not { SupportsSavepoints: true } || model.Database == SagaDatabase.Sqlite)
        {
            // Without a transaction the row would be there although the state machine failed; on SQLite it would hold the write lock while
            // the state machine awaits. It is written at the end; whoever comes second then has a conflict and tries again.
            Handled = true;
            return true;
        }

        try
        {
            // EF sets a savepoint and returns to it on error: a duplicate key does not abort the transaction of PostgreSQL for good.
            await db.SaveChangesAsync(cancellationToken);
            Handled = true;
            return true;
        }
        catch (DbUpdateException exception) when (SagaConflicts.IsUniqueViolation(exception, typeof(TSaga)))
        {
            entry.State = EntityState.Detached;
            return false;
        }
    }

    public void Save(TSaga instance)
    {
        db.Add(instance);
        _save = true;
    }

    public void Update(TSaga instance)
    {
        _written.Add(instance);
        _save = true;
    }

    public void Delete(TSaga instance)
    {
        db.Remove(instance);
        Update(instance);
    }

    public void Undo(TSaga instance)
    {
        var entry = db.Entry(instance);
        if (entry.State == EntityState.Modified)
        {
            entry.CurrentValues.SetValues(entry.OriginalValues);
            entry.State = EntityState.Unchanged;
        }
    }

    /// <summary>Writes what was touched, in the transaction that is open, or in a short one of its own.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!_save)
        {
            return;
        }

        var check = Prepare();
        if (check.Count > 0 && owner is not null)
        {
            await owner.BeginAsync(cancellationToken);
        }

        await using var own = check.Count > 0 && plan is { OwnTransaction: false, Joined: false } ? await BeginAsync(cancellationToken) : null;
        foreach (var entry in check)
        {
            await ThrowIfChangedAsync(entry, cancellationToken);
        }

        await db.SaveLastAsync(cancellationToken);
        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }
    }

    // Counts the versions of what has changed, and returns what must be compared with its row because no version protects it.
    private List<EntityEntry<TSaga>> Prepare()
    {
        var check = new List<EntityEntry<TSaga>>();
        foreach (var instance in _written)
        {
            var entry = db.Entry(instance);
            if (entry.State is not (EntityState.Modified or EntityState.Deleted) && !(model.HasParts && db.ChangeTracker.HasChanges()))
            {
                continue;
            }

            if (model.CountsVersion && entry.State is EntityState.Modified or EntityState.Unchanged && instance is ISagaVersion versioned)
            {
                versioned.Version++;
            }

            if (plan.CheckBeforeSave && entry.State is EntityState.Modified or EntityState.Unchanged or EntityState.Deleted)
            {
                check.Add(entry);
            }
        }

        return check;
    }

    private async Task ThrowIfChangedAsync(EntityEntry<TSaga> entry, CancellationToken cancellationToken)
    {
        await model.LockAsync(db, entry.Entity.CorrelationId, cancellationToken);
        var row = await entry.GetDatabaseValuesAsync(cancellationToken);
        if (row is null || row.Properties.Any(property => !property.GetValueComparer().Equals(entry.OriginalValues[property], row[property])))
        {
            throw new DbUpdateConcurrencyException($"The row of {typeof(TSaga).Name} '{entry.Entity.CorrelationId}' has changed since it was loaded.");
        }
    }

    private Task<IDbContextTransaction> BeginAsync(CancellationToken cancellationToken) =>
        db.Database.BeginTransactionAsync(model.Database == SagaDatabase.Sqlite ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted, cancellationToken);

    // A context that outlives a message (a scope around a retry) may still hold the instance as it was: EF would hand that one out again.
    private void ForgetStale(Guid correlationId)
    {
        foreach (var entry in db.ChangeTracker.Entries<TSaga>().Where(entry => entry.State == EntityState.Unchanged).ToList())
        {
            if (entry.Entity.CorrelationId == correlationId)
            {
                entry.State = EntityState.Detached;
            }
        }
    }
}
