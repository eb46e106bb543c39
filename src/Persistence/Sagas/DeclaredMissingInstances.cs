using System.Reflection;
using MassTransit;

namespace Bus.Persistence.Sagas;

/// <summary>The events of a state machine for which its author has said what to do when the instance is missing.</summary>
internal sealed class DeclaredMissingInstances
{
    private readonly HashSet<Type> _events = [];

    public bool Contains(Type eventType) => _events.Contains(eventType);

    /// <summary>Reads them from the saga's state machine; a saga without one declares nothing.</summary>
    public static DeclaredMissingInstances Of<TSaga>(IServiceProvider services)
        where TSaga : class, ISaga
    {
        var declared = new DeclaredMissingInstances();
        if (!typeof(SagaStateMachineInstance).IsAssignableFrom(typeof(TSaga)))
        {
            return declared;
        }

        var type = typeof(SagaStateMachine<>).MakeGenericType(typeof(TSaga));
        if (services.GetService(type) is { } machine)
        {
            var correlations = (IEnumerable<EventCorrelation>)type.GetProperty(nameof(SagaStateMachine<Instance>.Correlations))!.GetValue(machine)!;
            declared._events.UnionWith(correlations.Where(IsDeclared).Select(correlation => correlation.DataType));
        }

        return declared;
    }

    // MassTransit keeps the pipe of OnMissingInstance in a private field, and an undeclared event looks like a discarded one from everywhere else.
    // Its version is pinned exactly; a test fails if the field is gone. It is read once per saga.
    private static bool IsDeclared(EventCorrelation correlation)
    {
        var field = correlation.GetType().GetField("_missingPipe", BindingFlags.Instance | BindingFlags.NonPublic);
        return field is null
            ? correlation.GetType().Name.StartsWith("Uncorrelated", StringComparison.Ordinal)
                ? false
                : throw new NotSupportedException(
                    $"{correlation.GetType().Name} of this MassTransit version does not tell whether OnMissingInstance is declared: use MassTransit 8.5.12.")
            : field.GetValue(correlation) is not null;
    }

    private sealed class Instance : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
    }
}
