using System.Collections.Frozen;
using MassTransit;

namespace Bus.Scheduler.Declaring;

/// <summary>The message types that schedules may fire: no other is ever made from what the table says.</summary>
internal sealed class ScheduleTypes
{
    private FrozenDictionary<string, Type> _byName = FrozenDictionary<string, Type>.Empty;

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public static string NameOf(Type type) => MessageUrn.ForTypeString(type);

    public void Add(Type type) => _byName = _byName.Append(new KeyValuePair<string, Type>(NameOf(type), type)).DistinctBy(pair => pair.Key).ToFrozenDictionary(StringComparer.Ordinal);

    public Type? Find(string name) => _byName.GetValueOrDefault(name);
}
