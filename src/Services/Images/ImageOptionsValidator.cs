using Bus.Services.Images.Imaging;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images;

/// <summary>Names every wrong setting at once, with its range and the value that was found.</summary>
internal sealed class ImageOptionsValidator : IValidateOptions<ImageOptions>
{
    private const long MiB = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, ImageOptions options)
    {
        List<string> errors = [];
        Between(errors, nameof(options.MaxBytes), options.MaxBytes, 1, 2048 * MiB);
        Between(errors, nameof(options.MaxPixels), options.MaxPixels, 1, 1_000_000_000);
        Between(errors, nameof(options.MaxDecodeBytes), options.MaxDecodeBytes, 16 * MiB, 65536 * MiB);
        Between(errors, nameof(options.MaxWidth), options.MaxWidth, 1, ImageLimits.MaxSide);
        Between(errors, nameof(options.Quality), options.Quality, 1, 100);
        Between(errors, nameof(options.Concurrency), options.Concurrency, 1, 256);
        CheckText(errors, options.WatermarkText ?? "");
        if (string.IsNullOrWhiteSpace(options.DataFolder))
            errors.Add($"`{ImageOptions.DataFolderKey}` must name a folder, but was empty.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void Between(List<string> errors, string setting, long value, long least, long most)
    {
        if (value < least || value > most)
            errors.Add($"`{ImageOptions.Section}:{setting}` must be between {least} and {most}, but was {value}.");
    }

    private static void CheckText(List<string> errors, string text)
    {
        const string Setting = $"`{ImageOptions.Section}:{nameof(ImageOptions.WatermarkText)}`";
        if (text.Length > 60)
            errors.Add($"{Setting} must have at most 60 characters, but had {text.Length}.");
        if (text.FirstOrDefault(c => !StrokeFont.Has(c)) is var unknown and not '\0')
            errors.Add($"{Setting} must consist of Latin letters, digits and common punctuation, but contains '{unknown}'.");
    }
}
