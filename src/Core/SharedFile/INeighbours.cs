namespace Bus.Core.SharedFile;

/// <summary>
/// The other processes of this machine that have the queues of this one's bus open: told something without a message, in the time that waking them takes. Registered by such a transport; absent where there is none.
/// Thread-safe.
/// </summary>
internal interface INeighbours
{
    /// <summary>How many bytes can be told at once.</summary>
    const int Longest = 1_000;

    /// <summary>
    /// Raised with what another has told, by a thread that has other work: return at once. Words come late, in another order, or never, and anybody on this machine can send one: look at them with suspicion.
    /// </summary>
    event Action<ReadOnlySpan<byte>>? Heard;

    /// <summary>Tells all the others, and waits for none. One that has come a moment ago may not be told.</summary>
    /// <param name="word">1 to <see cref="Longest"/> bytes, the first of which say whom in a process they are for.</param>
    /// <returns>False, and none is told, while the queues are not open, and where one cannot be told this way: it has a loopback device of its own, or there is none.</returns>
    bool TryTell(ReadOnlySpan<byte> word);
}
