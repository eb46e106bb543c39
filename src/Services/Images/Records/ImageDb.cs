using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Images.Records;

/// <summary>The image tables in the service's own context, whichever that is: rows and outgoing messages commit together there.</summary>
public sealed class ImageDb(DbContext context)
{
    /// <summary>One row an image.</summary>
    public DbSet<ImageRecord> Images => context.Set<ImageRecord>();

    /// <summary>One row a step of an image.</summary>
    public DbSet<ImageStepRecord> Steps => context.Set<ImageStepRecord>();

    /// <summary>Idempotency keys that were used.</summary>
    public DbSet<UploadKeyRecord> Keys => context.Set<UploadKeyRecord>();

    /// <summary>The image with its steps, as it is in the database now; null if there is none.</summary>
    public Task<ImageRecord?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        Images.AsNoTracking().Include(x => x.Steps).SingleOrDefaultAsync(x => x.Id == id, cancellationToken);

    /// <summary>Commits the rows and the messages published in this scope.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) => context.SaveChangesAsync(cancellationToken);

    /// <summary>Forgets what was not saved.</summary>
    public void Forget() => context.ChangeTracker.Clear();
}
