namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>A row whose time to live is over. <c>HeadOfKey</c> is its partition key where others wait for it; one that waits itself, or lets others pass, frees nobody.</summary>
internal readonly record struct Expired(long Id, long Queue, long Message, string? HeadOfKey, bool Drop);
