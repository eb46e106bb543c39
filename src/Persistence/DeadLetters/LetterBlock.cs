namespace Bus.Persistence.DeadLetters;

/// <summary>How many letters are held in memory at once.</summary>
internal static class LetterBlock
{
    /// <summary>How many bytes of bodies. A longer one is held alone.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>How many of the first fit together; at least one, if there is any.</summary>
    public static int Fit(IReadOnlyList<int> lengths, long most)
    {
        var (count, bytes) = (0, 0L);
        while (count < lengths.Count && (count == 0 || bytes + lengths[count] <= most))
            bytes += lengths[count++];
        return count;
    }
}
