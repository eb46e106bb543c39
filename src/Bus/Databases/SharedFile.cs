using Bus.Settings;

namespace Bus.Databases;

/// <summary>Whether queues and service may have one file, and which.</summary>
internal static class SharedFile
{
    /// <summary>The file of the queues.</summary>
    public static string OfQueues(BusSettings settings) => settings.Options.Sqlite.OneFile && DatabaseRegistration.SqliteFile(settings) is { } file ? file : Own(settings);

    public static IEnumerable<string> Errors(BusSettings settings, BusOptions options)
    {
        if (settings.UsesOwnTransport || options.Transport != BusTransport.Sqlite)
        {
            return options.Sqlite.OneFile ? [$"`Bus:Sqlite:OneFile` needs `Bus:Transport` = Sqlite, but it was {(settings.UsesOwnTransport ? "one of the service's own" : options.Transport)}."] : [];
        }

        return options.Sqlite.OneFile ? OneFileErrors(settings, options) : TwoFilesErrors(settings, options);
    }

    private static IEnumerable<string> OneFileErrors(BusSettings settings, BusOptions options)
    {
        if (!settings.UsesDatabase)
        {
            yield return "`Bus:Sqlite:OneFile` needs a database to put the queues into: call `UseDatabase` in `AddBus`, or leave it out.";
        }
        else if (options.Database != BusDatabase.Sqlite)
        {
            yield return $"`Bus:Sqlite:OneFile` needs `Bus:Database` = Sqlite, but it was {options.Database}.";
        }
        else if (DatabaseRegistration.SqliteFile(settings) is not { } file)
        {
            yield return "`Bus:Sqlite:OneFile` needs a database in a file, but `ConnectionStrings:Bus` names none: write `Data Source=` and a path, or leave it out.";
        }
        else if (options.Sqlite.File != new SqliteOptions().File && Own(settings) != file)
        {
            yield return $"`Bus:Sqlite:File` must not be set together with `Bus:Sqlite:OneFile`: the queues are in {file}, and it was {Own(settings)}.";
        }
    }

    private static IEnumerable<string> TwoFilesErrors(BusSettings settings, BusOptions options) =>
        settings.UsesDatabase && options.Database == BusDatabase.Sqlite && DatabaseRegistration.SqliteFile(settings) is { } file && file == Own(settings)
            ? [$"`Bus:Sqlite:File` must be another file than the database of the service, but both are {file}. Set `Bus:Sqlite:OneFile` = true to have them in one, or name another."]
            : [];

    private static string Own(BusSettings settings) => Path.GetFullPath(Path.Combine(settings.Options.DataFolder, settings.Options.Sqlite.File));
}
