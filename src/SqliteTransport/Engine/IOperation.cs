using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>Something that the writer does in one of its transactions, together with others.</summary>
internal interface IOperation
{
    /// <summary>Whether somebody waits until it is on disk. What is not durable may be lost by a power cut, never by the end of a process.</summary>
    bool IsDurable { get; }

    /// <summary>Changes the file. Called again, from the start, when the transaction has to be repeated.</summary>
    /// <returns>False to be tried again in a later transaction, having changed nothing.</returns>
    bool Apply(Turn turn);

    /// <summary>It is committed.</summary>
    void Committed();

    /// <summary>It is not, and the file is as before.</summary>
    void Failed(Exception exception);
}
