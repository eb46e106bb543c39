using Bus.Core.Recoverability;

namespace Bus.Services.Orders.Journal;

/// <summary>A newer version of the service has written a fact that this one does not know, as happens while one replaces the other. The message is put off, until a process of the newer version takes it.</summary>
internal sealed class UnknownFactException(string name) : Exception($"'{name}' is no fact that this version of the service knows. Run the newer version that wrote it."), IRetryAfter
{
    /// <summary>Longer than retries in memory last: this process will not know better.</summary>
    public TimeSpan? RetryAfter => TimeSpan.FromSeconds(30);
}
