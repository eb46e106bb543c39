using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Timers;

/// <summary>Looks with each pulse what is due next, for all loops of this process that fire something, and tells each of them.</summary>
internal sealed class DueLook<TDbContext>
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;

    public DueLook(OutboxEngine<TDbContext> engine)
    {
        _engine = engine;
        Question = new PulseQuestion("what is due", TimeSpan.Zero, Ask);
    }

    public PulseQuestion Question { get; }

    private PulseStatement Ask()
    {
        var loops = _engine.DueLoops;
        var sql = string.Join(" UNION ALL ", loops.Select((loop, number) => $"SELECT {number}, {loop.NextStatement["SELECT ".Length..]}"));
        var values = loops.Select(loop => loop.NextValues).SingleOrDefault(values => values.Length > 0) ?? [];
        return PulseStatement.Rows(sql, values, row => (Loop: row.GetInt32(0), Next: row.IsDBNull(1) ? long.MaxValue : row.GetInt64(1), Time: row.GetInt64(2), Own: loops[0].OwnTime), seen =>
        {
            // The machine's time is that of the answer: what is asked after it may take its time.
            foreach (var (number, next, time, own) in seen)
                loops[number].Tell(next, time, own);
        });
    }
}
