using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Services.Images.Records;

/// <summary>Adds the tables of the image services to a service's own model, so that they commit with its outbox.</summary>
public static class ImageModelExtensions
{
    // Instants are whole numbers: the three databases disagree about time types, and SQLite cannot compare them.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    /// <summary>Adds <c>image</c>, <c>image_step</c> and <c>image_upload_key</c>.</summary>
    public static void AddImageEntities(this ModelBuilder model)
    {
        var image = model.Entity<ImageRecord>();
        image.ToTable("image").HasKey(x => x.Id);
        image.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
        image.Property(x => x.Status).HasColumnName("status");
        image.Property(x => x.FileName).HasColumnName("file_name").HasMaxLength(200);
        image.Property(x => x.Original).HasColumnName("original").HasMaxLength(120);
        image.Property(x => x.Bytes).HasColumnName("bytes");
        image.Property(x => x.Content).HasColumnName("content").HasMaxLength(120);
        image.Property(x => x.ContentType).HasColumnName("content_type").HasMaxLength(100);
        image.Property(x => x.Error).HasColumnName("error").HasMaxLength(ImageRecordConsumer.LongestError);
        image.Property(x => x.CreatedAt).HasColumnName("created_at").HasConversion(Instant);
        image.HasMany(x => x.Steps).WithOne().HasForeignKey(x => x.ImageId);

        var step = model.Entity<ImageStepRecord>();
        step.ToTable("image_step").HasKey(x => new { x.ImageId, x.Name });
        step.Property(x => x.ImageId).HasColumnName("image_id");
        step.Property(x => x.Name).HasColumnName("name").HasMaxLength(20);
        step.Property(x => x.Status).HasColumnName("status");
        step.Property(x => x.Attempts).HasColumnName("attempts");
        step.Property(x => x.DurationMs).HasColumnName("duration_ms");

        var key = model.Entity<UploadKeyRecord>();
        key.ToTable("image_upload_key").HasKey(x => x.KeyHash);
        key.Property(x => x.KeyHash).HasColumnName("key_hash").HasMaxLength(64);
        key.Property(x => x.ContentHash).HasColumnName("content_hash").HasMaxLength(64);
        key.Property(x => x.ImageId).HasColumnName("image_id");
        key.Property(x => x.ExpiresAt).HasColumnName("expires_at").HasConversion(Instant);
        key.HasIndex(x => x.ExpiresAt);
    }
}
