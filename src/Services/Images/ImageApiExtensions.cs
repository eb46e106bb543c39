using Bus.Services.Images.Cleanup;
using Bus.Services.Images.Events;
using Bus.Services.Images.Records;
using Bus.Services.Images.Uploads;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bus.Services.Images;

/// <summary>What a process needs to take uploads and to tell how they fare.</summary>
public static class ImageApiExtensions
{
    /// <summary>The queue of the consumer that keeps the images' rows up.</summary>
    public const string RecordQueue = "image-record";

    /// <summary>
    /// Adds the rows of images in <typeparamref name="TDbContext"/> (whose model calls <c>AddImageEntities</c>), the upload and event streams behind
    /// <c>MapImages</c>, and the hourly cleanup of blobs and keys that nobody needs. Needs <see cref="ImageServiceCollectionExtensions.AddImageServices"/>.
    /// </summary>
    public static IServiceCollection AddImageApi<TDbContext>(this IServiceCollection services)
        where TDbContext : DbContext
    {
        services.TryAddScoped(provider => new ImageDb(provider.GetRequiredService<TDbContext>()));
        services.TryAddScoped<ImageUploads>();
        services.TryAddSingleton<ImageNewsHub>();
        services.TryAddSingleton<ImageStream>();
        services.TryAddSingleton<ImageCleanup>();
        services.AddHostedService<ImageCleanupService>();
        return services;
    }

    /// <summary>Registers the consumer that keeps the rows up: one durable queue for all processes. For the worker role.</summary>
    public static void AddImageRecordConsumer(this IRegistrationConfigurator configurator) =>
        configurator.AddConsumer<ImageRecordConsumer, ImageRecordConsumerDefinition>();

    /// <summary>Registers the listener of this process's event streams on a queue of its own, deleted when the process has gone. For the API role.</summary>
    /// <param name="configurator">The bus's registration.</param>
    /// <param name="queue">From <see cref="NewsQueue"/>.</param>
    public static void AddImageNewsConsumer(this IRegistrationConfigurator configurator, string queue) =>
        configurator.AddConsumer<ImageNewsConsumer>().Endpoint(endpoint => (endpoint.Name, endpoint.Temporary) = (queue, true));

    /// <summary>A queue name that no other process has.</summary>
    public static string NewsQueue() => $"image-news-{NewId.NextGuid():N}";
}
