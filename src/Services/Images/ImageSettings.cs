using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images;

/// <summary>
/// Reads the options from configuration. The framework's binder throws at the first value that it cannot read and says nothing of a key that
/// nobody knows; here both are reported, all together, at the start.
/// </summary>
internal sealed class ImageSettings(IConfiguration configuration) : IValidateOptions<ImageOptions>
{
    private static readonly Dictionary<string, PropertyInfo> Known = typeof(ImageOptions).GetProperties()
        .Where(property => property.Name != nameof(ImageOptions.DataFolder))
        .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets what can be read; an empty number, as an environment variable that is set to nothing, leaves the default.</summary>
    public void Fill(ImageOptions options)
    {
        options.DataFolder = configuration[ImageOptions.DataFolderKey] is { Length: > 0 } folder ? folder : options.DataFolder;
        foreach (var (setting, property) in Settings())
        {
            if (property is not null && Read(property.PropertyType, setting.Value) is { } value)
                property.SetValue(options, value);
        }
    }

    public ValidateOptionsResult Validate(string? name, ImageOptions options)
    {
        var errors = Settings().Select(pair => Error(pair.Setting, pair.Property)).OfType<string>().ToArray();
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static string? Error(IConfigurationSection setting, PropertyInfo? property)
    {
        if (property is null)
            return $"`{setting.Path}` is not a setting. Those of `{ImageOptions.Section}` are {string.Join(", ", Known.Keys)}.";
        return string.IsNullOrEmpty(setting.Value) || Read(property.PropertyType, setting.Value) is not null
            ? null
            : $"`{setting.Path}` must be a whole number, but was {setting.Value}.";
    }

    private static object? Read(Type type, string? text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big) ? big : null;
    }

    private IEnumerable<(IConfigurationSection Setting, PropertyInfo? Property)> Settings() =>
        configuration.GetSection(ImageOptions.Section).GetChildren().Select(setting => (setting, Known.GetValueOrDefault(setting.Key)));
}
