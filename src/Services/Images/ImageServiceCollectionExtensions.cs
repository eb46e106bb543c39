using Bus.Services.Images.Blobs;
using Bus.Services.Images.Imaging;
using Bus.Services.Images.Intake;
using Bus.Services.Images.Steps;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images;

/// <summary>The front door of the image services.</summary>
public static class ImageServiceCollectionExtensions
{
    /// <summary>
    /// Adds the blob store, the intake of uploads and what the steps need. Settings come from <c>Bus:Images</c> and <c>Bus:DataFolder</c> of
    /// <paramref name="configuration"/>; wrong ones stop the start, all named at once. Register another <see cref="IBlobStore"/> before (or
    /// after) to keep the bytes elsewhere.
    /// </summary>
    public static IServiceCollection AddImageServices(this IServiceCollection services, IConfiguration configuration)
    {
        AddOptions(services, configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IBlobStore>(provider => new FolderBlobStore(Options(provider).DataFolder, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ImagingGate(Options(provider).Concurrency, Options(provider).MaxDecodeBytes / 4));
        services.TryAddSingleton<ImageIntake>();
        services.TryAddSingleton<ImageStep>();
        services.TryAddSingleton<BlobSteps>();
        return services;
    }

    /// <summary>Registers the consumers of the six commands, each on an endpoint of its own. For processes that have the worker role; needs <see cref="AddImageServices"/>. Retries are those of <c>AddBus</c>.</summary>
    public static void AddImageConsumers(this IRegistrationConfigurator configurator)
    {
        configurator.AddConsumer<ResizeImageConsumer, ResizeImageConsumerDefinition>();
        configurator.AddConsumer<CompressImageConsumer, CompressImageConsumerDefinition>();
        configurator.AddConsumer<WatermarkImageConsumer, WatermarkImageConsumerDefinition>();
        configurator.AddConsumer<StoreImageConsumer, StoreImageConsumerDefinition>();
        configurator.AddConsumer<NotifyImageReadyConsumer, NotifyImageReadyConsumerDefinition>();
        configurator.AddConsumer<RemoveImageBlobsConsumer, RemoveImageBlobsConsumerDefinition>();
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        var settings = new ImageSettings(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageOptions>, ImageSettings>(_ => settings));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageOptions>, ImageOptionsValidator>());
        services.AddOptions<ImageOptions>().Configure(settings.Fill).ValidateOnStart();
    }

    private static ImageOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ImageOptions>>().Value;
}
