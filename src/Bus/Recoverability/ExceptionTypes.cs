namespace Bus.Recoverability;

/// <summary>Finds the exception type that a setting names.</summary>
internal static class ExceptionTypes
{
    /// <summary>The type with this full name in any loaded assembly; null if there is none, or it is no exception.</summary>
    public static Type? Find(string fullName) => AppDomain.CurrentDomain.GetAssemblies()
        .Where(assembly => !assembly.IsDynamic)
        .Select(assembly => assembly.GetType(fullName, throwOnError: false))
        .FirstOrDefault(type => type is not null && typeof(Exception).IsAssignableFrom(type));
}
