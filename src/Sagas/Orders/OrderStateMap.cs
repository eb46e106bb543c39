using System.Text.Json;
using Bus.Contracts.Orders;
using Bus.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Sagas.Orders;

/// <summary>The table <c>order_saga</c>.</summary>
public sealed class OrderStateMap : SagaClassMap<OrderState>
{
    // Instants are whole numbers: the three databases disagree about time types.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    // Written once and read whole.
    private static readonly ValueConverter<OrderDetails?, string> Details = new(
        x => JsonSerializer.Serialize(x, JsonSerializerOptions.Web), x => JsonSerializer.Deserialize<OrderDetails>(x, JsonSerializerOptions.Web)!);

    // A few short names, so that a person who looks at the table can read them.
    private static readonly ValueConverter<IReadOnlyList<string>, string> Steps = new(
        x => string.Join(' ', x), x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static readonly ValueComparer<IReadOnlyList<string>> SameSteps = new(
        (x, y) => x!.SequenceEqual(y!), x => x.Aggregate(0, (hash, step) => HashCode.Combine(hash, step)), x => x.ToList());

    /// <inheritdoc/>
    protected override void Configure(EntityTypeBuilder<OrderState> entity, ModelBuilder model)
    {
        entity.ToTable("order_saga");
        entity.Property(x => x.CorrelationId).HasColumnName("order_id");
        entity.Property(x => x.Version).HasColumnName("version");
        entity.Property(x => x.CurrentState).HasColumnName("current_state").HasMaxLength(40);
        entity.Property(x => x.Order).HasColumnName("details").HasConversion(Details);
        entity.Property(x => x.Done).HasColumnName("done").HasMaxLength(200).HasConversion(Steps, SameSteps);
        entity.Property(x => x.Failed).HasColumnName("failed").HasMaxLength(200).HasConversion(Steps, SameSteps);
        entity.Property(x => x.Reason).HasColumnName("reason");
        entity.Property(x => x.Error).HasColumnName("error");
        entity.Property(x => x.Stuck).HasColumnName("stuck");
        entity.Property(x => x.IsPending).HasColumnName("is_pending");
        entity.Property(x => x.ChargeTimer).HasColumnName("charge_timer");
        entity.Property(x => x.FulfilmentTimer).HasColumnName("fulfilment_timer");
        entity.Property(x => x.StartedAt).HasColumnName("started_at").HasConversion(Instant);
        entity.Property(x => x.EndedAt).HasColumnName("ended_at").HasConversion(Instant);
    }
}
