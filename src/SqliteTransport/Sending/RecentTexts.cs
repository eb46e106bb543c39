using System.Text;

namespace Bus.SqliteTransport.Sending;

/// <summary>Texts by their bytes, so that an address that comes with every message is made once. Bounded; a newer text takes an older one's place. Thread-safe.</summary>
internal sealed class RecentTexts
{
    private const int Slots = 256;
    private const int Longest = 1024;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Longest)
            return Encoding.UTF8.GetString(bytes);
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        ref var slot = ref _entries[(uint)hash.ToHashCode() % Slots];
        var entry = Volatile.Read(ref slot);
        if (entry is not null && bytes.SequenceEqual(entry.Bytes))
            return entry.Text;
        entry = new Entry(bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        Volatile.Write(ref slot, entry);
        return entry.Text;
    }

    private sealed record Entry(byte[] Bytes, string Text);
}
