using System.Text;
using Bus.Core.SharedFile;

namespace Bus.Jobs.Running;

/// <summary>What processes tell each other of queues that have got jobs: the word for jobs, the database, and the queues, apart by null characters, which are in no name.</summary>
internal static class JobWord
{
    private const string Subject = "jobs";
    private const int LongestDatabase = 100;

    /// <summary>As few words as carry them all; one that names none where there are none.</summary>
    /// <param name="database">Which one: services whose queues are in one file are not told of each other's.</param>
    /// <param name="queues">Of 200 characters at most.</param>
    public static IEnumerable<byte[]> Of(string database, IReadOnlyCollection<string> queues)
    {
        var head = Head(database);
        List<byte> word = [.. head];
        foreach (var queue in queues)
        {
            var name = Encoding.UTF8.GetBytes($"\0{queue}");
            if (head.Length + name.Length > INeighbours.Longest)
                continue;
            if (word.Count + name.Length > INeighbours.Longest)
            {
                yield return [.. word];
                word = [.. head];
            }

            word.AddRange(name);
        }

        yield return [.. word];
    }

    /// <summary>The queues that a word names; none where it is about something else, or is no such word.</summary>
    public static string[] Read(string database, ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> head = [.. Head(database), 0];
        return word.StartsWith(head) ? Encoding.UTF8.GetString(word[head.Length..]).Split('\0', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private static byte[] Head(string database) => Encoding.UTF8.GetBytes($"{Subject}\0{(database.Length > LongestDatabase ? database[^LongestDatabase..] : database)}");
}
