using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Services.Notifications.Records;

/// <summary>Adds the tables of notifications to a service's own model, so that they commit with its outbox and its jobs.</summary>
public static class NotificationModelExtensions
{
    // Instants are whole numbers: the three databases disagree about time types, and SQLite cannot compare them.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    /// <summary>Adds <c>notification</c>, <c>notification_delivery</c>, <c>notification_contact</c> and <c>notification_opt_out</c>.</summary>
    public static void AddNotificationEntities(this ModelBuilder model)
    {
        var notification = model.Entity<NotificationRecord>();
        notification.ToTable("notification").HasKey(x => x.Id);
        notification.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
        notification.Property(x => x.Template).HasColumnName("template").HasMaxLength(NotificationRecord.LongestTemplate);
        notification.Property(x => x.Subject).HasColumnName("subject");
        notification.Property(x => x.Data).HasColumnName("data");
        notification.Property(x => x.State).HasColumnName("state");
        notification.Property(x => x.Reason).HasColumnName("reason").HasMaxLength(NotificationRecord.LongestReason);
        notification.Property(x => x.Audience).HasColumnName("audience").HasMaxLength(ContactRecord.LongestAudience);
        notification.Property(x => x.Deliveries).HasColumnName("deliveries");
        notification.Property(x => x.CreatedAt).HasColumnName("created_at").HasConversion(Instant);
        notification.HasIndex(x => x.CreatedAt);

        var delivery = model.Entity<DeliveryRecord>();
        delivery.ToTable("notification_delivery").HasKey(x => x.Id);
        delivery.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
        delivery.Property(x => x.NotificationId).HasColumnName("notification_id");
        delivery.Property(x => x.Recipient).HasColumnName("recipient").HasMaxLength(DeliveryRecord.LongestRecipient);
        delivery.Property(x => x.Name).HasColumnName("name").HasMaxLength(DeliveryRecord.LongestName);
        delivery.Property(x => x.Channel).HasColumnName("channel");
        delivery.Property(x => x.Address).HasColumnName("address").HasMaxLength(DeliveryRecord.LongestAddress);
        delivery.Property(x => x.TimeZone).HasColumnName("time_zone").HasMaxLength(ContactRecord.LongestZone);
        delivery.Property(x => x.Status).HasColumnName("status").IsConcurrencyToken();
        delivery.Property(x => x.Reason).HasColumnName("reason").HasMaxLength(NotificationRecord.LongestReason);
        delivery.Property(x => x.ProviderId).HasColumnName("provider_id").HasMaxLength(DeliveryRecord.LongestName);
        delivery.Property(x => x.IsFailedByProvider).HasColumnName("failed_by_provider");
        delivery.Property(x => x.ChangedAt).HasColumnName("changed_at").HasConversion(Instant);
        // A page of a notification, and its counts without the table.
        delivery.HasIndex(x => new { x.NotificationId, x.Id });
        delivery.HasIndex(x => new { x.NotificationId, x.Channel, x.Status });

        var contact = model.Entity<ContactRecord>();
        contact.ToTable("notification_contact").HasKey(x => new { x.Audience, x.Id });
        contact.Property(x => x.Audience).HasColumnName("audience").HasMaxLength(ContactRecord.LongestAudience);
        contact.Property(x => x.Id).HasColumnName("id").HasMaxLength(DeliveryRecord.LongestRecipient);
        contact.Property(x => x.Name).HasColumnName("name").HasMaxLength(DeliveryRecord.LongestName);
        contact.Property(x => x.Email).HasColumnName("email").HasMaxLength(EmailAddress.MaxLength);
        contact.Property(x => x.Phone).HasColumnName("phone").HasMaxLength(ContactRecord.LongestPhone);
        contact.Property(x => x.PushUrl).HasColumnName("push_url").HasMaxLength(DeliveryRecord.LongestAddress);
        contact.Property(x => x.TimeZone).HasColumnName("time_zone").HasMaxLength(ContactRecord.LongestZone);

        var optOut = model.Entity<OptOutRecord>();
        optOut.ToTable("notification_opt_out").HasKey(x => new { x.Recipient, x.Channel });
        optOut.Property(x => x.Recipient).HasColumnName("recipient").HasMaxLength(DeliveryRecord.LongestRecipient);
        optOut.Property(x => x.Channel).HasColumnName("channel");
        optOut.Property(x => x.CreatedAt).HasColumnName("created_at").HasConversion(Instant);
    }
}
