namespace Bus.Services.Notifications.Templates;

/// <summary>The templates by name: those of the folder, and the built-in ones that the folder has not. Read once; immutable.</summary>
internal sealed class TemplateStore
{
    private const string Resource = "Template.";

    private readonly Dictionary<string, Template> _templates;

    /// <exception cref="FormatException">A template is wrong.</exception>
    public TemplateStore(string? folder)
    {
        _templates = Sources(folder).ToDictionary(source => source.Key, source => TemplateReader.Read(source.Key, source.Value), StringComparer.Ordinal);
    }

    /// <summary>Their names, in order.</summary>
    public IEnumerable<string> Names => _templates.Keys.Order(StringComparer.Ordinal);

    public Template? Find(string name) => _templates.GetValueOrDefault(name);

    /// <summary>All that is wrong with the templates of a folder.</summary>
    public static IEnumerable<string> Errors(string? folder)
    {
        if (folder is not null && !Directory.Exists(folder))
            return [$"`{NotificationOptions.Section}:{nameof(NotificationOptions.Templates)}` must name a folder that is there, but was {folder}."];
        List<string> errors = [];
        foreach (var (name, files) in Sources(folder))
        {
            try
            {
                TemplateReader.Read(name, files);
            }
            catch (FormatException wrong)
            {
                errors.Add(wrong.Message);
            }
        }

        return errors;
    }

    private static Dictionary<string, Dictionary<string, string>> Sources(string? folder)
    {
        var sources = BuiltIn();
        foreach (var own in folder is null ? [] : Directory.EnumerateDirectories(folder))
            sources[Path.GetFileName(own)] = Directory.EnumerateFiles(own).ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
        return sources;
    }

    // Named by the project file: Template.{name}/{file}.
    private static Dictionary<string, Dictionary<string, string>> BuiltIn() => typeof(TemplateStore).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Resource, StringComparison.Ordinal))
        .Select(name => (Name: name, Parts: name[Resource.Length..].Replace('\\', '/').Split('/')))
        .GroupBy(entry => entry.Parts[0], StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.ToDictionary(entry => entry.Parts[1], entry => Text(entry.Name), StringComparer.Ordinal), StringComparer.Ordinal);

    private static string Text(string resource)
    {
        using var reader = new StreamReader(typeof(TemplateStore).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
