namespace Bus.Persistence;

/// <summary>A dead letter as a whole.</summary>
/// <param name="Summary">What is known about it.</param>
/// <param name="Headers">The transport's headers as they came, those with the failure among them. Values are strings, whole numbers, doubles, decimals, booleans, bytes, instants, lists, tables of these, or null.</param>
/// <param name="Body">The message byte for byte, or the arguments of the job.</param>
public sealed record DeadLetter(DeadLetterSummary Summary, IReadOnlyDictionary<string, object?> Headers, ReadOnlyMemory<byte> Body);
