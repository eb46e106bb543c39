using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Records;

/// <summary>The notification tables in the service's own context, whichever that is: rows, jobs and outgoing messages commit together there. Scoped.</summary>
internal sealed class NotificationDb(DbContext context)
{
    public DbSet<NotificationRecord> Notifications => context.Set<NotificationRecord>();

    public DbSet<DeliveryRecord> Deliveries => context.Set<DeliveryRecord>();

    public DbSet<ContactRecord> Contacts => context.Set<ContactRecord>();

    public DbSet<OptOutRecord> OptOuts => context.Set<OptOutRecord>();

    /// <summary>Which ids the database takes for the same: SQL Server does not tell small letters from capitals.</summary>
    public StringComparer Ids => context.Database.ProviderName?.EndsWith("SqlServer", StringComparison.Ordinal) == true ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Commits the rows, the jobs and the messages of this scope. Not for consumers and handlers: theirs commit when they return.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) => context.SaveChangesAsync(cancellationToken);

    /// <summary>Forgets what was not saved.</summary>
    public void Forget() => context.ChangeTracker.Clear();
}
