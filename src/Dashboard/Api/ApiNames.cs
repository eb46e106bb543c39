namespace Bus.Dashboard.Api;

/// <summary>Reads names in queries: the framework binds an enum by its exact case only, and takes any number for one.</summary>
internal static class ApiNames
{
    /// <exception cref="ArgumentOutOfRangeException">It is none of the names.</exception>
    public static T? Parse<T>(string? name)
        where T : struct, Enum
    {
        if (name is null)
            return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, $"It must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
