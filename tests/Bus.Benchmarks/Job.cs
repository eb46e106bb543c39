using System.Diagnostics;

namespace Bus.Benchmarks;

/// <summary>The work of one message, about 200 bytes of JSON.</summary>
/// <param name="Kind"><c>noop</c>, <c>lat</c> (report the time since <paramref name="EnqueuedAt"/>) or <c>sleep</c> (5 ms).</param>
/// <param name="Id">Its number within the run.</param>
/// <param name="EnqueuedAt">The machine's monotonic clock just before it was enqueued: comparable between processes.</param>
/// <param name="Padding">Makes the size that of the other systems' jobs.</param>
public sealed record Job(string Kind, int Id, long EnqueuedAt, string Padding)
{
    private static readonly string Filler = new('x', 140);

    internal static Job Create(string kind, int id) => new(kind, id, Stopwatch.GetTimestamp(), Filler);

    internal static Job[] CreateMany(int count) => [.. Enumerable.Range(0, count).Select(id => Create("noop", id))];
}
