using Bus.Persistence;
using Bus.Sagas.Orders;
using Microsoft.EntityFrameworkCore;

namespace Bus.UnitTests.Sagas.Orders;

public sealed class OrderSagaDb(DbContextOptions<OrderSagaDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        new OrderStateMap().Configure(modelBuilder);
    }
}
