namespace Bus.SqliteTransport.Sending;

/// <summary>How a header's value is written. The numbers stand in files.</summary>
internal enum HeaderValueKind : byte
{
    Text = 1,
    True = 2,
    False = 3,
    Int32 = 4,
    Int64 = 5,
    Double = 6,
    Guid = 7,

    /// <summary>A Guid that was written, and is read, as text.</summary>
    GuidText = 8,
    DateTime = 9,
    DateTimeOffset = 10,

    /// <summary>A text that has a number.</summary>
    KnownText = 11,
}
