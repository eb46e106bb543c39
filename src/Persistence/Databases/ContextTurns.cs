using System.Runtime.CompilerServices;
using Bus.Core.Turns;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Databases;

/// <summary>The turns to write that contexts hold: a transaction from its begin to its end, or one statement. Thread-safe.</summary>
internal sealed class ContextTurns(Func<WriteGate> gate)
{
    private readonly ConditionalWeakTable<DbContext, WriteTurn> _turns = [];

    public async ValueTask EnterAsync(DbContext context, CancellationToken cancellationToken) => Hold(context, await gate().EnterAsync(cancellationToken, context.GetType().Name));

    public void Enter(DbContext context) => Hold(context, gate().Enter(context.GetType().Name));

    /// <summary>The context writes no more: whatever turn it still has ends.</summary>
    public void Leave(DbContext context)
    {
        if (!_turns.TryGetValue(context, out var turn))
            return;
        _turns.Remove(context);
        turn.Dispose();
    }

    private void Hold(DbContext context, WriteTurn turn)
    {
        Leave(context);
        _turns.AddOrUpdate(context, turn);
    }
}
