using System.Text.Json;
using Bus.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Sagas.Images;

/// <summary>The table <c>image_saga</c>.</summary>
public sealed class ImageStateMap : SagaClassMap<ImageState>
{
    // Instants are whole numbers: the three databases disagree about time types.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    // Five small entries that are only ever read with their image: one text column instead of a second table.
    private static readonly ValueConverter<IReadOnlyList<ImageStepTiming>, string> Timings = new(
        x => JsonSerializer.Serialize(x, JsonSerializerOptions.Web), x => JsonSerializer.Deserialize<List<ImageStepTiming>>(x, JsonSerializerOptions.Web)!);

    private static readonly ValueComparer<IReadOnlyList<ImageStepTiming>> SameTimings = new(
        (x, y) => x!.SequenceEqual(y!), x => x.Aggregate(0, (hash, step) => HashCode.Combine(hash, step)), x => x.ToList());

    /// <inheritdoc/>
    protected override void Configure(EntityTypeBuilder<ImageState> entity, ModelBuilder model)
    {
        entity.ToTable("image_saga");
        entity.Property(x => x.CorrelationId).HasColumnName("image_id");
        entity.Property(x => x.Version).HasColumnName("version");
        entity.Property(x => x.CurrentState).HasColumnName("current_state").HasMaxLength(40);
        entity.Property(x => x.FileName).HasColumnName("file_name").HasMaxLength(200);
        entity.Property(x => x.Original).HasColumnName("original").HasMaxLength(120);
        entity.Property(x => x.OriginalBytes).HasColumnName("original_bytes");
        entity.Property(x => x.Resized).HasColumnName("resized").HasMaxLength(120);
        entity.Property(x => x.Compressed).HasColumnName("compressed").HasMaxLength(120);
        entity.Property(x => x.Watermarked).HasColumnName("watermarked").HasMaxLength(120);
        entity.Property(x => x.Content).HasColumnName("content").HasMaxLength(120);
        entity.Property(x => x.ContentType).HasColumnName("content_type").HasMaxLength(100);
        entity.Property(x => x.Notify).HasColumnName("notify").HasMaxLength(254);
        entity.Property(x => x.StartedAt).HasColumnName("started_at").HasConversion(Instant);
        entity.Property(x => x.EndedAt).HasColumnName("ended_at").HasConversion(Instant);
        entity.Property(x => x.FailedStep).HasColumnName("failed_step").HasMaxLength(20);
        entity.Property(x => x.Error).HasColumnName("error");
        entity.Property(x => x.Steps).HasColumnName("steps").HasConversion(Timings, SameTimings);
    }
}
