using Bus.Services.Images.Imaging;
using Microsoft.Extensions.Hosting;

namespace Bus.Services.Images.Cleanup;

/// <summary>Starts and stops the cleanup with the process, and loads the imaging library ahead of the first upload, which would wait for it.</summary>
internal sealed class ImageCleanupService(ImageCleanup cleanup) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cleanup.Start();
        return Task.Run(Vips.EnsureReady, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => cleanup.StopAsync(cancellationToken);
}
