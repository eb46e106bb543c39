using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Records;
using Bus.Services.Orders.Stock;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Services.Orders;

/// <summary>Adds the tables of orders to a service's own model, so that they commit with its outbox.</summary>
public static class OrderModelExtensions
{
    // Instants are whole numbers: the three databases disagree about time types, and SQLite cannot compare them.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));

    /// <summary>Adds <c>order_event</c>, <c>order_view</c>, <c>order_key</c>, <c>product</c> and <c>stock_reservation</c>.</summary>
    public static void AddOrderEntities(this ModelBuilder model)
    {
        model.AddJournal();
        model.AddViews();
        model.AddKeys();
        model.AddStock();
    }

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

    private static void AddViews(this ModelBuilder model)
    {
        var view = model.Entity<OrderViewRow>();
        view.ToTable("order_view").HasKey(x => x.Id);
        view.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
        view.Property(x => x.Number).HasColumnName("number").HasMaxLength(20);
        view.Property(x => x.Customer).HasColumnName("customer").HasMaxLength(200);
        view.Property(x => x.Status).HasColumnName("status").HasMaxLength(20);
        view.Property(x => x.Total).HasColumnName("total");
        view.Property(x => x.Currency).HasColumnName("currency").HasMaxLength(3);
        view.Property(x => x.CreatedAt).HasColumnName("created_at").HasConversion(Instant);
        view.Property(x => x.ChangedAt).HasColumnName("changed_at").HasConversion(Instant);
        view.Property(x => x.Reason).HasColumnName("reason");
        view.Property(x => x.Facts).HasColumnName("facts").IsConcurrencyToken();
        view.HasIndex(x => new { x.CreatedAt, x.Number });
        view.HasIndex(x => new { x.Status, x.CreatedAt, x.Number });
    }

    private static void AddKeys(this ModelBuilder model)
    {
        var key = model.Entity<OrderKeyRow>();
        key.ToTable("order_key").HasKey(x => x.KeyHash);
        key.Property(x => x.KeyHash).HasColumnName("key_hash").HasMaxLength(64);
        key.Property(x => x.RequestHash).HasColumnName("request_hash").HasMaxLength(64);
        key.Property(x => x.OrderId).HasColumnName("order_id");
        key.Property(x => x.ExpiresAt).HasColumnName("expires_at").HasConversion(Instant);
        key.HasIndex(x => x.ExpiresAt);
    }

    private static void AddStock(this ModelBuilder model)
    {
        var product = model.Entity<ProductRow>();
        product.ToTable("product", table => table.HasCheckConstraint("ck_product_available", "available >= 0")).HasKey(x => x.Sku);
        product.Property(x => x.Sku).HasColumnName("sku").HasMaxLength(64);
        product.Property(x => x.Name).HasColumnName("name").HasMaxLength(200);
        product.Property(x => x.UnitPrice).HasColumnName("unit_price");
        product.Property(x => x.Currency).HasColumnName("currency").HasMaxLength(3);
        product.Property(x => x.Available).HasColumnName("available").IsConcurrencyToken();

        var reservation = model.Entity<ReservationRow>();
        reservation.ToTable("stock_reservation").HasKey(x => new { x.OrderId, x.Sku });
        reservation.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        reservation.Property(x => x.Sku).HasColumnName("sku").HasMaxLength(64);
        reservation.Property(x => x.Quantity).HasColumnName("quantity");
        reservation.Property(x => x.State).HasColumnName("state").IsConcurrencyToken();
    }
}
