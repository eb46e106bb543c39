using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Bus.Settings;

/// <summary>
/// Fills an options object from a configuration section and collects every value that cannot be read and every key that nobody knows, where the
/// framework's binder throws at the first of the one and is silent about the other.
/// </summary>
internal sealed class SettingsReader(IReadOnlySet<string> foreignKeys)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    public void Fill(object target, IConfigurationSection section)
    {
        var properties = target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property))
            {
                Read(target, property, child);
            }
            else if (!foreignKeys.Contains(child.Path))
            {
                _errors.Add(Unknown(child, properties.Keys));
            }
        }
    }

    private void Read(object target, PropertyInfo property, IConfigurationSection section)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetValue(target) is IDictionary dictionary)
        {
            FillDictionary(dictionary, type.GetGenericArguments()[1], section);
        }
        else if (type == typeof(IReadOnlyList<TimeSpan>))
        {
            FillTimes(target, property, section);
        }
        else if (type == typeof(IReadOnlyList<string>))
        {
            FillNames(target, property, section);
        }
        else if (type.IsClass && type != typeof(string))
        {
            Fill(property.GetValue(target)!, section);
        }
        else if (string.IsNullOrWhiteSpace(section.Value))
        {
            // An empty value, as an environment variable that is set to nothing, means the default.
        }
        else if (TryParse(type, section.Value, out var value))
        {
            property.SetValue(target, value);
        }
        else
        {
            _errors.Add($"`{section.Path}` must be {Expected(type)}, but was {section.Value}.");
        }
    }

    private void FillDictionary(IDictionary dictionary, Type valueType, IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            var entry = Activator.CreateInstance(valueType)!;
            Fill(entry, child);
            dictionary[child.Key] = entry;
        }
    }

    private void FillTimes(object target, PropertyInfo property, IConfigurationSection section)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            _errors.Add($"`{section.Path}` must be a list of times, as `{section.Path}:0` = 00:00:30, but was {section.Value}.");
        }

        List<TimeSpan> times = [];
        foreach (var child in section.GetChildren().Where(child => !string.IsNullOrWhiteSpace(child.Value) || child.GetChildren().Any()))
        {
            if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _) && child.Value is { } text && TryParse(typeof(TimeSpan), text, out var time))
            {
                times.Add((TimeSpan)time!);
            }
            else
            {
                _errors.Add($"`{child.Path}` must be {Expected(typeof(TimeSpan))}, as one of a list, but was {child.Value}.");
            }
        }

        property.SetValue(target, times);
    }

    private void FillNames(object target, PropertyInfo property, IConfigurationSection section)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            _errors.Add($"`{section.Path}` must be a list of names, as `{section.Path}:0` = billing, but was {section.Value}.");
        }

        List<string> names = [];
        foreach (var child in section.GetChildren().Where(child => !string.IsNullOrWhiteSpace(child.Value) || child.GetChildren().Any()))
        {
            if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _) && child.Value is { } name)
            {
                names.Add(name);
            }
            else
            {
                _errors.Add($"`{child.Path}` must be a name, as one of a list, but was {child.Value}.");
            }
        }

        property.SetValue(target, names);
    }

    private static bool TryParse(Type type, string text, out object? value)
    {
        value = null;
        if (type.IsEnum)
        {
            // A number is no name: `Transport=1` would hide a mistake.
            return !int.TryParse(text, out _) && Enum.TryParse(type, text, ignoreCase: true, out value);
        }

        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => type switch
    {
        { IsEnum: true } when Enum.GetNames(type) is [.. var names, var last] => $"{string.Join(", ", names)} or {last}",
        _ when type == typeof(TimeSpan) => "a time such as 00:00:30",
        _ when type == typeof(bool) => "true or false",
        _ => "a whole number",
    };

    private static string Unknown(IConfigurationSection section, IEnumerable<string> known)
    {
        var near = DidYouMean.Closest(section.Key, known);
        return near is null
            ? $"`{section.Path}` is not a setting of Bus. If it is yours, name it in `bus.RecognizeSettings(\"{section.Path}\")` or move it out of the section `Bus`."
            : $"`{section.Path}` is not a setting of Bus. Did you mean `{section.Path[..^section.Key.Length]}{near}`?";
    }
}
