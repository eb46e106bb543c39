using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Bus.Persistence.Sagas;

/// <summary>What one EF model says of a saga, and its compiled queries. Made once a model; thread-safe.</summary>
internal sealed class SagaModel<TSaga>
    where TSaga : class, ISaga
{
    private readonly Func<DbContext, Guid, CancellationToken, Task<TSaga?>> _load;
    private readonly SagaRepositorySettings<TSaga> _settings;
    private string? _lockStatement;

    public SagaModel(DbContext db, SagaRepositorySettings<TSaga> settings)
    {
        var entity = db.Model.FindEntityType(typeof(TSaga))
            ?? throw new InvalidOperationException($"{typeof(TSaga).Name} is not mapped in {db.GetType().Name}: add its SagaClassMap to Configurations.");
        Database = SagaDatabases.Of(db);
        CountsVersion = typeof(ISagaVersion).IsAssignableFrom(typeof(TSaga))
            && entity.FindProperty(nameof(ISagaVersion.Version)) is { IsConcurrencyToken: true, ValueGenerated: ValueGenerated.Never };
        // SQLite writes no row versions by itself, whatever the mapping says.
        TokenChanges = CountsVersion || (Database != SagaDatabase.Sqlite
            && entity.GetProperties().Any(property => property.IsConcurrencyToken && property.ValueGenerated.HasFlag(ValueGenerated.OnUpdate)));
        HasParts = entity.GetNavigations().Any() || entity.GetSkipNavigations().Any();
        _settings = settings;
        _load = CompileLoad(settings.Customize);
    }

    public SagaDatabase Database { get; }

    /// <summary>The repository counts the saga's <see cref="ISagaVersion.Version"/>.</summary>
    public bool CountsVersion { get; }

    public bool TokenChanges { get; }

    public bool HasParts { get; }

    public Task<TSaga?> LoadAsync(DbContext db, Guid correlationId, bool lockRow, CancellationToken cancellationToken) =>
        lockRow ? LoadLockedAsync(db, correlationId, cancellationToken) : _load(db, correlationId, cancellationToken);

    /// <summary>Locks the row until the transaction ends, and reads nothing of it.</summary>
    public async Task LockAsync(DbContext db, Guid correlationId, CancellationToken cancellationToken)
    {
        if (Database is not (SagaDatabase.Sqlite or SagaDatabase.None))
        {
            await db.Database.ExecuteSqlRawAsync(LockStatement(db), [correlationId], cancellationToken);
        }
    }

    private static ILockStatementProvider DefaultLockStatements(SagaDatabase database) => database switch
    {
        SagaDatabase.PostgreSql => new PostgresLockStatementProvider(),
        SagaDatabase.SqlServer => new SqlServerLockStatementProvider(),
        SagaDatabase.Sqlite => new SqliteLockStatementProvider(),
        _ => throw new NotSupportedException(
            $"There is no row lock for this database for {typeof(TSaga).Name}: set LockStatementProvider, or ConcurrencyMode = ConcurrencyMode.Optimistic."),
    };

    private static Func<DbContext, Guid, CancellationToken, Task<TSaga?>> CompileLoad(Func<IQueryable<TSaga>, IQueryable<TSaga>>? customize)
    {
        if (customize is not null)
        {
            return (db, id, token) => customize(db.Set<TSaga>().AsTracking()).SingleOrDefaultAsync(saga => saga.CorrelationId == id, token);
        }

        return EF.CompileAsyncQuery((DbContext db, Guid id, CancellationToken token) =>
            db.Set<TSaga>().AsTracking().SingleOrDefault(saga => saga.CorrelationId == id));
    }

    private async Task<TSaga?> LoadLockedAsync(DbContext db, Guid correlationId, CancellationToken cancellationToken)
    {
        // Not a compiled query: those cannot hold FromSqlRaw.
        IQueryable<TSaga> rows = db.Set<TSaga>().FromSqlRaw(LockStatement(db), correlationId).AsTracking();
        // A list, because SingleOrDefault would wrap the statement in another SELECT; what a customisation adds is the user's choice.
        return (await (_settings.Customize is null ? rows : _settings.Customize(rows)).ToListAsync(cancellationToken)).SingleOrDefault();
    }

    // Two messages may make it at once: they make the same text.
    private string LockStatement(DbContext db) =>
        _lockStatement ??= (_settings.LockStatements ?? DefaultLockStatements(Database)).GetRowLockStatement<TSaga>(db);
}
