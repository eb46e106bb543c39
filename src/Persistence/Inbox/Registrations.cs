using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Inbox;

/// <summary>What the service registered, looked at when all of it stands.</summary>
internal sealed class Registrations<TDbContext>(IServiceCollection services)
    where TDbContext : DbContext
{
    /// <summary>
    /// True when a handler may get the scope's context under another name, a base class or an interface: <c>AddDbContext&lt;IOrders, OrdersDb&gt;</c> makes it there,
    /// where nobody watches, and what the handler adds to it would be taken for nothing.
    /// </summary>
    public bool HaveOtherNames => services.Any(service => service.ServiceType != typeof(TDbContext) && service.ServiceType.IsAssignableFrom(typeof(TDbContext)));
}
