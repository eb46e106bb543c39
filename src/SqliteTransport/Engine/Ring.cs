namespace Bus.SqliteTransport.Engine;

/// <summary>What a ring at a <see cref="Doorbell"/> says; a later one says more. The numbers travel between processes of different versions.</summary>
internal enum Ring : byte
{
    /// <summary>Nothing of another process: a thread of this one has something to do.</summary>
    Own = 0,

    /// <summary>Something may be ready: look.</summary>
    Look = 1,

    /// <summary>A transaction that is about to commit makes something ready. Only the lock waits for that; a look would come too early.</summary>
    Coming = 2,

    /// <summary>Nothing for the queues: a word for others in the process follows.</summary>
    Word = 3,
}
