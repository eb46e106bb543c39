using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>What cannot be done with rows that tell of messages, and what can be done instead.</summary>
internal static class TrackedRows
{
    public static JobException Refuse(Guid id, Guid message, string why) => new($"{id} is no job but message {message}, as a plain consumer handles it, and {why}.");

    public static JobException NotRunAgain(Guid id, Guid message) =>
        Refuse(id, message, "is not run again from here: when it is dead replay its dead letter (`IDeadLetters`, after `bus.AddDeadLetters()`) or move it out of the error queue, and its row goes on");

    /// <summary>When nothing was found to change.</summary>
    /// <exception cref="JobException">The row tells of a message.</exception>
    public static async Task RequireJobAsync<TDbContext>(JobRows<TDbContext> rows, Guid id, string why, CancellationToken cancellationToken)
        where TDbContext : DbContext
    {
        if (await rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == id && row.MessageId != null).Select(row => row.MessageId).SingleOrDefaultAsync(cancellationToken)) is { } message)
            throw Refuse(id, message, why);
    }
}
