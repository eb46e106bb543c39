using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bus.Persistence.Sagas;

/// <summary>What all messages of one saga share in a process: settings, compiled queries, the locks of its instances. Thread-safe.</summary>
internal sealed class SagaRuntime<TSaga>(
    SagaRepositorySettings<TSaga> settings, IOptions<SagaRepositoryOptions> options, IServiceProvider services)
    where TSaga : class, ISaga
{
    private readonly ConditionalWeakTable<Microsoft.EntityFrameworkCore.Metadata.IModel, SagaModel<TSaga>> _models = [];
    private readonly ConcurrentDictionary<Type, bool> _faultsOnMissing = new();
    private readonly Lazy<DeclaredMissingInstances> _declared = new(() => DeclaredMissingInstances.Of<TSaga>(services));

    public SagaRepositoryOptions Options => options.Value;

    public KeyedLock<Guid> Locks { get; } = new();

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public ILogger Log { get; } = services.GetService<ILoggerFactory>()?.CreateLogger("Bus.Persistence.Sagas") ?? NullLogger.Instance;

    public SagaModel<TSaga> ModelOf(DbContext db)
    {
        if (!_models.TryGetValue(db.Model, out var model))
        {
            model = _models.GetValue(db.Model, _ => new SagaModel<TSaga>(db, settings));
        }

        return model;
    }

    public SagaPlan Plan(SagaModel<TSaga> model, bool joined) => SagaPlan.Choose(new SagaFacts(
        model.Database, settings.Mode, settings.Isolation, settings.UseTransaction, joined, model.TokenChanges, model.HasParts));

    public bool FaultsOnMissing(Type messageType) =>
        _faultsOnMissing.GetOrAdd(messageType, static (type, self) => self.DecideOnMissing(type), this);

    private bool DecideOnMissing(Type messageType)
    {
        // MassTransit's own sagas (job service, futures) count on late events being dropped.
        var behavior = typeof(TSaga).Assembly == typeof(MassTransitStateMachine<>).Assembly
            ? MissingInstanceBehavior.Discard
            : settings.MissingInstance ?? Options.MissingInstance;
        return behavior == MissingInstanceBehavior.Fault && !_declared.Value.Contains(messageType);
    }
}
