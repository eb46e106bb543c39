using Bus.Services.Images;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_image_settings_are_wrong
{
    [Fact]
    public void Should_be_told_all_at_once()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(
            ("MaxBytes", "0"), ("Quality", "101"), ("Concurrency", "many"), ("MaxWidth", "20000"), ("WatermarkText", "日本"), ("Colour", "red")));
        Assert.Equal(
            [
                "`Bus:Images:Colour` is not a setting. Those of `Bus:Images` are MaxBytes, MaxPixels, MaxDecodeBytes, MaxWidth, Quality, WatermarkText, Concurrency.",
                "`Bus:Images:Concurrency` must be a whole number, but was many.",
                "`Bus:Images:MaxBytes` must be between 1 and 2147483648, but was 0.",
                "`Bus:Images:MaxWidth` must be between 1 and 16383, but was 20000.",
                "`Bus:Images:Quality` must be between 1 and 100, but was 101.",
                "`Bus:Images:WatermarkText` must consist of Latin letters, digits and common punctuation, but contains '日'.",
            ],
            error.Failures.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Should_be_read_when_they_are_right()
    {
        var options = Read(("maxbytes", "7"), ("WatermarkText", ""), ("Quality", ""));
        Assert.Equal((7, "", 85, "./data"), (options.MaxBytes, options.WatermarkText, options.Quality, options.DataFolder));
    }

    private static ImageOptions Read(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddImageServices(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(x => KeyValuePair.Create($"Bus:Images:{x.Key}", (string?)x.Value))).Build())
        .BuildServiceProvider()
        .GetRequiredService<IOptions<ImageOptions>>().Value;
}
