using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Sagas.Orders;

/// <summary>The front door of the order saga.</summary>
public static class OrderSagaRegistration
{
    /// <summary>
    /// Registers <see cref="OrderSaga"/> with its instances in <typeparamref name="TDbContext"/>, whose model is configured by <see cref="OrderStateMap"/>.
    /// Its events, its row, its timers and the commands that it publishes commit together where the endpoint has that context's outbox.
    /// </summary>
    public static void AddOrderSaga<TDbContext>(this IBusRegistrationConfigurator configurator)
        where TDbContext : DbContext =>
        configurator.AddSagaStateMachine<OrderSaga, OrderState>().EntityFrameworkRepository(x => x.ExistingDbContext<TDbContext>());
}
