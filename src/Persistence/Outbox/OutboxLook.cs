using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>Looks with the pulse whether there is something in the outbox that no wake-up has announced: rows of this process, those of one that died, and those whose order is promised.</summary>
internal sealed class OutboxLook<TDbContext>
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;

    public OutboxLook(OutboxEngine<TDbContext> engine)
    {
        _engine = engine;
        Question = new PulseQuestion("what is in the outbox", engine.Options.QueryDelay, Ask);
    }

    public PulseQuestion Question { get; }

    /// <summary>There are rows of this process, or of one that has died.</summary>
    public event Action? HasRows;

    /// <summary>There are rows whose order is promised.</summary>
    public event Action? HasOrdered;

    /// <summary>Whether those who sweep are told, and need not look by themselves.</summary>
    public bool IsTended => _engine.Pulse.Tends(Question);

    private PulseStatement Ask() => PulseStatement.Rows(_engine.Dialect.Statements.OutboxLook, [_engine.Owner.Id], row => row.GetString(0), seen =>
    {
        if (seen.Exists(kind => kind != "ordered"))
            HasRows?.Invoke();
        if (seen.Contains("ordered"))
            HasOrdered?.Invoke();
    });
}
