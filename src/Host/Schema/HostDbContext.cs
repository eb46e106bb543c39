using Bus.Persistence;
using Bus.Sagas.Images;
using Bus.Sagas.Orders;
using Bus.Services.Images.Records;
using Bus.Services.Notifications.Records;
using Bus.Services.Orders;
using Bus.Services.Orders.Fulfilment;
using Microsoft.EntityFrameworkCore;

namespace Bus.Host.Schema;

/// <summary>The one database of the application: what the services, the sagas and the outbox keep, so that it commits together.</summary>
internal sealed class HostDbContext(DbContextOptions<HostDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.AddImageEntities();
        modelBuilder.AddOrderEntities();
        modelBuilder.AddOrderFulfilmentEntities();
        modelBuilder.AddNotificationEntities();
        new ImageStateMap().Configure(modelBuilder);
        new OrderStateMap().Configure(modelBuilder);
    }
}
