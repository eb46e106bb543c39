using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications;

/// <summary>Reads the options from configuration, and names everything that is wrong with them at once. Pure: the same configuration reads the same.</summary>
internal sealed class NotificationSettings(IConfiguration configuration) : IValidateOptions<NotificationOptions>
{
    /// <summary>The options as set; what cannot be read keeps its default.</summary>
    public static NotificationOptions Read(IConfiguration configuration)
    {
        var options = new NotificationOptions();
        new NotificationSettings(configuration).Fill(options);
        return options;
    }

    /// <summary>Sets what can be read; what cannot keeps its default, and is an error.</summary>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<string> Fill(NotificationOptions options)
    {
        List<string> errors = [];
        if (configuration[NotificationOptions.DataFolderKey] is { Length: > 0 } folder)
            options.DataFolder = folder;
        Fill(options, configuration.GetSection(NotificationOptions.Section), errors);
        return [.. errors, .. NotificationChecks.Of(options)];
    }

    public ValidateOptionsResult Validate(string? name, NotificationOptions options) =>
        Fill(new NotificationOptions()) is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

    private static void Fill(object target, IConfigurationSection section, List<string> errors)
    {
        var known = target.GetType().GetProperties().ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var setting in section.GetChildren())
        {
            if (!known.TryGetValue(setting.Key, out var property))
                errors.Add($"`{setting.Path}` is not a setting. Those of `{section.Path}` are {string.Join(", ", known.Keys)}.");
            else if (property.GetValue(target) is ChannelOptions channel)
                Fill(channel, setting, errors);
            else if (!string.IsNullOrEmpty(setting.Value) && Convert(setting.Value, property.PropertyType) is { } value)
                property.SetValue(target, value);
            else if (!string.IsNullOrEmpty(setting.Value))
                errors.Add($"`{setting.Path}` must be {Kind(property.PropertyType)}, but was {setting.Value}.");
        }
    }

    private static object? Convert(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return text;
        if (type == typeof(TimeOnly))
            return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
        if (type.IsEnum)
            return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse(type, text, ignoreCase: true) : null;
        return TypeDescriptor.GetConverter(type) is { } converter && converter.IsValid(text) ? converter.ConvertFromInvariantString(text) : null;
    }

    private static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(type))}";
        return type == typeof(int) ? "a whole number" : type == typeof(TimeOnly) ? "a time of day as 22:00" : "a time such as 00:00:30";
    }
}
