using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Which buffer a context's next commit carries. A pool may hand a context to another scope before the scope that had it has ended: a binding counts for one
/// lease of the context only, and ending it leaves the next lease's alone. Thread-safe.
/// </summary>
internal sealed class OutboxBuffers<TDbContext>
    where TDbContext : DbContext
{
    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<DbContext, Binding> _bindings = [];

    public OutboxBuffer<TDbContext>? Find(DbContext context) =>
        _bindings.TryGetValue(context, out var binding) && binding.Lease == context.ContextId.Lease ? binding.Buffer : null;

    public void Bind(DbContext context, OutboxBuffer<TDbContext> buffer)
    {
        lock (_lock)
            _bindings.AddOrUpdate(context, new Binding(buffer, context.ContextId.Lease));
    }

    public void Unbind(DbContext context, OutboxBuffer<TDbContext> buffer)
    {
        lock (_lock)
        {
            if (_bindings.TryGetValue(context, out var binding) && binding.Buffer == buffer)
                _bindings.Remove(context);
        }
    }

    private sealed record Binding(OutboxBuffer<TDbContext> Buffer, int Lease);
}
