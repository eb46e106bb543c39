namespace Bus.Services.Notifications.Http;

/// <summary>The words of the API for the values of enums: their names in lower case.</summary>
internal static class Words
{
    /// <summary>Reads a word; null stays null.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryRead<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = null;
        foreach (var one in Enum.GetValues<T>())
        {
            if (NotificationView.Word(one) == text)
                value = one;
        }

        return text is null || value is not null;
    }

    public static string All<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(one => NotificationView.Word(one)));
}
