using System.Diagnostics;

namespace Bus.SqliteTransport.Engine;

/// <summary>Operations that are tried again together, some time after the first of them came. For the writer's thread.</summary>
internal sealed class WaitingRoom(TimeSpan after)
{
    private readonly List<IOperation> _operations = [];
    private long _since;

    public IReadOnlyList<IOperation> Operations => _operations;

    public void Add(IOperation operation)
    {
        if (_operations.Count == 0)
            _since = Stopwatch.GetTimestamp();
        _operations.Add(operation);
    }

    public void MoveTo(List<IOperation> batch)
    {
        if (_operations.Count == 0 || Stopwatch.GetElapsedTime(_since) < after)
            return;
        batch.AddRange(_operations);
        _operations.Clear();
    }
}
