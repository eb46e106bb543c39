using Bus.Persistence;
using Bus.Services.Orders;
using Bus.Services.Orders.Fulfilment;
using Microsoft.EntityFrameworkCore;

namespace Bus.ContractTests.Orders;

/// <summary>All that orders and their fulfilment keep.</summary>
public sealed class ShopDb(DbContextOptions<ShopDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.AddOrderEntities();
        modelBuilder.AddOrderFulfilmentEntities();
    }
}
