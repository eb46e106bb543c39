using Bus.Services.Orders.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Services.Orders;

/// <summary>Adds the tables of orders to a service's own model, so that they commit with its outbox.</summary>
public static class OrderModelExtensions
{
    // Instants are whole numbers: the three databases disagree about time types, and SQLite cannot compare them.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    /// <summary>Adds <c>order_event</c>.</summary>
    public static void AddOrderEntities(this ModelBuilder model) => model.AddJournal();

    private static void AddJournal(this ModelBuilder model)
    {
        var fact = model.Entity<OrderEventRow>();
        fact.ToTable("order_event").HasKey(x => new { x.OrderId, x.Slot });
        fact.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        fact.Property(x => x.Slot).HasColumnName("slot").HasMaxLength(30);
        fact.Property(x => x.Name).HasColumnName("name").HasMaxLength(30);
        fact.Property(x => x.Body).HasColumnName("body");
        fact.Property(x => x.At).HasColumnName("at").HasConversion(Instant);
        fact.Property(x => x.UnprojectedSince).HasColumnName("unprojected_since").HasConversion(Instant);
        // Only the few that the lists do not show yet.
        fact.HasIndex(x => x.UnprojectedSince).HasFilter("unprojected_since IS NOT NULL");
    }
}
