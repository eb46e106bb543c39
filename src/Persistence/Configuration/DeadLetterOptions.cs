using Bus.Persistence.DeadLetters;

namespace Bus.Persistence;

/// <summary>How this process deals with dead letters; section <c>Bus:DeadLetters</c>.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>
    /// Whether this process takes messages out of <c>{queue}_error</c> and <c>{queue}_skipped</c> of its own endpoints, and of those in <see cref="Ingest"/>, into the store. Several processes may. Default true. False leaves them
    /// in these queues; what is in the store already can still be replayed and discarded.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Queues of other services on the same broker whose messages are taken in, too: <c>billing</c> stands for <c>billing_error</c> and <c>billing_skipped</c>. Nothing is changed in these services. Default none.</summary>
    public IReadOnlyList<string> Ingest { get; set; } = [];

    /// <summary>
    /// By which members of the messages, and of the arguments of jobs, letters can be searched: <c>OrderId</c>, <c>Customer.Email</c>; case does not matter. What a letter's body has there is written beside it when it is stored:
    /// texts, numbers and booleans of at most 200 characters, of an array of them the first 20; a body that is no JSON has none. It can be read there by whoever reads the database, and goes when the letter goes. At most 32.
    /// Name the same in every process; letters that were stored before a field was named are found by it after <see cref="IDeadLetters.StartIndexAsync"/>. Default none.
    /// </summary>
    public IReadOnlyList<string> SearchFields { get; set; } = [];

    /// <summary>How long letters are kept that were replayed or discarded; zero or less for ever. Default 30 days. Open ones are kept until somebody decides.</summary>
    public TimeSpan KeepClosed { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Adds one of <see cref="SearchFields"/>, unless it is there.</summary>
    /// <returns>These options.</returns>
    public DeadLetterOptions SearchField(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!SearchFields.Contains(path, StringComparer.OrdinalIgnoreCase))
            SearchFields = [.. SearchFields, path];
        return this;
    }

    /// <summary>What is wrong with them.</summary>
    internal static IEnumerable<string> Errors(DeadLetterOptions options) => options.Ingest
        .Where(queue => string.IsNullOrWhiteSpace(queue) || queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal))
        .Select(queue => $"`Bus:DeadLetters:Ingest` must name the queues that messages failed on, as billing for billing_error and billing_skipped, but named '{queue}'.")
        .Concat(LetterFields.Errors(options.SearchFields));
}
