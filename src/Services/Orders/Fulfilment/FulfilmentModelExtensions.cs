using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Fulfilment.Carrier;
using Bus.Services.Orders.Fulfilment.Invoices;
using Bus.Services.Orders.Fulfilment.Warehouse;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Bus.Services.Orders.Fulfilment;

/// <summary>Adds the tables of fulfilling orders to a service's own model, so that they commit with its outbox.</summary>
public static class FulfilmentModelExtensions
{
    // Instants and days are whole numbers: the three databases disagree about time types, and SQLite cannot compare them.
    private static readonly ValueConverter<DateTimeOffset, long> Instant = new(x => x.ToUnixTimeMilliseconds(), x => DateTimeOffset.FromUnixTimeMilliseconds(x));
    private static readonly ValueConverter<DateOnly, int> Day = new(x => (x.Year * 10_000) + (x.Month * 100) + x.Day, x => new DateOnly(x / 10_000, x / 100 % 100, x % 100));

    /// <summary>Adds <c>shipping_label</c>, <c>invoice</c>, <c>invoice_series</c>, <c>warehouse_order</c>, <c>order_sale</c> and <c>order_statistics</c>.</summary>
    public static void AddOrderFulfilmentEntities(this ModelBuilder model)
    {
        model.AddLabels();
        model.AddInvoices();
        model.AddWarehouse();
        model.AddStatistics();
    }

    private static void AddLabels(this ModelBuilder model)
    {
        var label = model.Entity<ShippingLabelRow>();
        label.ToTable("shipping_label").HasKey(x => x.OrderId);
        label.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        label.Property(x => x.Label).HasColumnName("label").HasMaxLength(ShippingLabelRow.LongestLabel);
        label.Property(x => x.Reason).HasColumnName("reason").HasMaxLength(500);
        label.Property(x => x.State).HasColumnName("state");
    }

    private static void AddInvoices(this ModelBuilder model)
    {
        var invoice = model.Entity<InvoiceRow>();
        invoice.ToTable("invoice").HasKey(x => new { x.OrderId, x.Kind });
        invoice.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        invoice.Property(x => x.Kind).HasColumnName("kind");
        invoice.Property(x => x.Number).HasColumnName("number");
        invoice.Property(x => x.At).HasColumnName("at").HasConversion(Instant);
        invoice.HasIndex(x => new { x.Kind, x.Number }).IsUnique().HasFilter("number IS NOT NULL");

        var series = model.Entity<InvoiceSeriesRow>();
        series.ToTable("invoice_series").HasKey(x => x.Kind);
        series.Property(x => x.Kind).HasColumnName("kind").ValueGeneratedNever();
        series.Property(x => x.Last).HasColumnName("last");
    }

    private static void AddWarehouse(this ModelBuilder model)
    {
        var order = model.Entity<WarehouseOrderRow>();
        order.ToTable("warehouse_order").HasKey(x => x.OrderId);
        order.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        order.Property(x => x.Number).HasColumnName("number").HasMaxLength(40);
        order.Property(x => x.Lines).HasColumnName("lines");
        order.Property(x => x.Address).HasColumnName("address");
        order.Property(x => x.State).HasColumnName("state");
        order.Property(x => x.At).HasColumnName("at").HasConversion(Instant);
    }

    private static void AddStatistics(this ModelBuilder model)
    {
        var sale = model.Entity<OrderSaleRow>();
        sale.ToTable("order_sale").HasKey(x => new { x.OrderId, x.Sku });
        sale.Property(x => x.OrderId).HasColumnName("order_id").ValueGeneratedNever();
        sale.Property(x => x.Sku).HasColumnName("sku").HasMaxLength(64);
        sale.Property(x => x.Day).HasColumnName("day").HasConversion(Day);
        sale.Property(x => x.Currency).HasColumnName("currency").HasMaxLength(3);
        sale.Property(x => x.Quantity).HasColumnName("quantity");
        sale.Property(x => x.Amount).HasColumnName("amount");

        var total = model.Entity<OrderStatisticRow>();
        total.ToTable("order_statistics").HasKey(x => new { x.Day, x.Sku, x.Currency });
        total.Property(x => x.Day).HasColumnName("day").HasConversion(Day);
        total.Property(x => x.Sku).HasColumnName("sku").HasMaxLength(64);
        total.Property(x => x.Currency).HasColumnName("currency").HasMaxLength(3);
        // Only grows: of two processes that add to it, who read it before the other's commit is refused.
        total.Property(x => x.Orders).HasColumnName("orders").IsConcurrencyToken();
        total.Property(x => x.Quantity).HasColumnName("quantity");
        total.Property(x => x.Amount).HasColumnName("amount");
    }
}
