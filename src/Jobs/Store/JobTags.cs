using System.Text.Json;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Store;

/// <summary>How the tags of a job stand in its row.</summary>
internal static class JobTags
{
    private const int Most = 10;

    /// <returns>Null for none.</returns>
    /// <exception cref="JobException">There are too many, or one is empty, too long, or cannot be stored.</exception>
    public static string? Write(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Count == 0)
            return null;
        if (tags.Count > Most)
            throw new JobException($"A job can have {Most} `{nameof(EnqueueOptions.Tags)}`, but is given {tags.Count}: what is for its handler goes into its arguments.");
        foreach (var tag in tags)
            Require(tag, "One of the `Tags`");
        return JsonSerializer.Serialize(tags.Distinct(StringComparer.Ordinal), JsonSerializerOptions.Web);
    }

    public static IReadOnlyList<string> Read(string? tags) => tags is null ? [] : JsonSerializer.Deserialize<string[]>(tags, JsonSerializerOptions.Web)!;

    /// <exception cref="JobException">It is no tag.</exception>
    public static void Require(string? tag, string what)
    {
        if (tag is null || tag.Length is 0 or > JobTagRow.LongestTag || tag.Contains('\0', StringComparison.Ordinal))
            throw new JobException($"{what} must have 1 to {JobTagRow.LongestTag} characters, and no null character.");
    }
}
