namespace Bus.Persistence;

/// <summary>Binds <see cref="OutboxOptions"/> to a context, so that a process may have an outbox in each of several databases.</summary>
internal sealed class OutboxOptionsOf<TDbContext>
{
    public OutboxOptions Options { get; set; } = new();
}
