using Bus.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Sagas.Images;

/// <summary>The front door of the image saga.</summary>
public static class ImageSagaRegistration
{
    /// <summary>
    /// Registers <see cref="ImageSaga"/> with its instances in <typeparamref name="TDbContext"/>, whose model is configured by <see cref="ImageStateMap"/>.
    /// Its events, its row and the commands that it publishes commit together where the endpoint has that context's outbox.
    /// </summary>
    public static void AddImageSaga<TDbContext>(this IBusRegistrationConfigurator configurator)
        where TDbContext : DbContext =>
        configurator.AddSagaStateMachine<ImageSaga, ImageState>().EntityFrameworkRepository(x => x.ExistingDbContext<TDbContext>());
}
