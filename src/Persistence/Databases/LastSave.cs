using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Databases;

/// <summary>The last save before a commit.</summary>
internal static class LastSave
{
    /// <summary>Saves. Whoever fails here gives up the whole transaction: a savepoint, which Entity Framework sets for each save in one, would be two round trips for nothing.</summary>
    public static async Task SaveLastAsync(this DbContext context, CancellationToken cancellationToken)
    {
        var savepoints = context.Database.AutoSavepointsEnabled;
        context.Database.AutoSavepointsEnabled = false;
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        finally
        {
            context.Database.AutoSavepointsEnabled = savepoints;
        }
    }
}
