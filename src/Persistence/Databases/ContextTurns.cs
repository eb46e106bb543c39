using System.Runtime.CompilerServices;
using Bus.Core.Turns;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Databases;

/// <summary>The turns to write that contexts hold: a transaction from its begin to its end, or one statement. Thread-safe.</summary>
internal sealed class ContextTurns(Func<WriteGate> gate)
{
    private readonly ConditionalWeakTable<DbContext, WriteTurn> _turns = [];

    /// <summary>Waits for a turn. One that the context has still, for instance that of a transaction which was only disposed, ends first: it would wait for itself.</summary>
    public async ValueTask EnterAsync(DbContext context, CancellationToken cancellationToken)
    {
        Leave(context);
        _turns.AddOrUpdate(context, await gate().EnterAsync(cancellationToken, context.GetType().Name));
    }

    /// <inheritdoc cref="EnterAsync"/>
    public void Enter(DbContext context)
    {
        Leave(context);
        _turns.AddOrUpdate(context, gate().Enter(context.GetType().Name));
    }

    /// <summary>The context writes no more: whatever turn it still has ends.</summary>
    public void Leave(DbContext context)
    {
        if (!_turns.TryGetValue(context, out var turn))
            return;
        _turns.Remove(context);
        turn.Dispose();
    }
}
