using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bus.Persistence.Inbox;

/// <summary>
/// Knows whether anybody in the scope has asked for its <typeparamref name="TDbContext"/>. Where nobody has, there is nothing to save, and the inbox need not lease
/// a context from the pool to find that out. Scoped.
/// </summary>
internal sealed class ScopedContext<TDbContext>
    where TDbContext : DbContext
{
    /// <summary>The scope's context, or null while nobody has asked for it; says nothing where the registration is not watched.</summary>
    public TDbContext? Context { get; private set; }

    /// <summary>
    /// Watches the registration of the context, if it is one of <c>AddDbContextPool</c> and stands already. One that is made later, or that replaces this one, is not
    /// watched; the engine finds that out when it makes its first context.
    /// </summary>
    public static void Watch(IServiceCollection services)
    {
        services.TryAddSingleton(new Registrations<TDbContext>(services));
        if (services.LastOrDefault(service => service.ServiceType == typeof(TDbContext)) is not { Lifetime: ServiceLifetime.Scoped, ImplementationFactory: { } make } registration)
            return;

        services[services.IndexOf(registration)] = ServiceDescriptor.Scoped(provider =>
        {
            var context = (TDbContext)make(provider);
            provider.GetRequiredService<ScopedContext<TDbContext>>().Context = context;
            return context;
        });
    }
}
