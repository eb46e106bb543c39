namespace Bus.Core.Recoverability;

/// <summary>
/// Tells transient from permanent errors. An exception is asked about from the outside in: the first exception of the chain that a rule knows decides;
/// for its type, the rule of the closest base type. A rule may decline, and the next one is asked. Immutable and thread-safe.
/// </summary>
public sealed class ErrorClassifier
{
    private readonly Dictionary<Type, Func<Exception, ErrorClass>> _rules;

    private ErrorClassifier(Dictionary<Type, Func<Exception, ErrorClass>> rules) => _rules = rules;

    /// <summary>The built-in rules, see <see cref="BuiltInErrors"/>.</summary>
    public static ErrorClassifier Default { get; } = new ErrorClassifier([]).WithBuiltIns();

    /// <summary>This classifier with one more rule; a rule for a type that has one replaces it.</summary>
    public ErrorClassifier With<TException>(ErrorClass kind)
        where TException : Exception => WithRule(typeof(TException), _ => kind);

    /// <summary>This classifier with one more rule; <see cref="ErrorClass.Unknown"/> from <paramref name="rule"/> means "I cannot tell".</summary>
    public ErrorClassifier With<TException>(Func<TException, ErrorClass> rule)
        where TException : Exception => WithRule(typeof(TException), error => rule((TException)error));

    /// <summary>This classifier with one more rule for the exception type <paramref name="type"/>.</summary>
    public ErrorClassifier WithRule(Type type, Func<Exception, ErrorClass> rule) =>
        new(new Dictionary<Type, Func<Exception, ErrorClass>>(_rules) { [type] = rule });

    /// <summary>What kind of error this is; <see cref="ErrorClass.Unknown"/> if no rule knows any exception of the chain.</summary>
    public ErrorClass Classify(Exception exception)
    {
        foreach (var error in Chain(exception))
        {
            for (var type = error.GetType(); type is not null; type = type.BaseType)
            {
                if (_rules.TryGetValue(type, out var rule) && rule(error) is var kind and not ErrorClass.Unknown)
                {
                    return kind;
                }
            }
        }

        return ErrorClass.Unknown;
    }

    /// <summary>The exception and its inner exceptions, from the outside in; those of an aggregate one after another.</summary>
    internal static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AggregateException { InnerExceptions.Count: > 1 } aggregate)
            {
                foreach (var inner in aggregate.InnerExceptions.SelectMany(Chain))
                {
                    yield return inner;
                }

                yield break;
            }

            yield return exception;
        }
    }

    private ErrorClassifier WithBuiltIns() => BuiltInErrors.AddTo(this);
}
